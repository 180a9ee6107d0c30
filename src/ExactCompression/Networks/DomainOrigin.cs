using System.Globalization;
using System.Text.RegularExpressions;

namespace ExactCompression;

/// <summary>Where a domain came from, as its name says: which ball, range or file. It proves nothing about the ends.</summary>
/// <param name="Name">The name: <c>ball 0.1 round row 0 of digits</c>, <c>range of digits +/- 0.05</c>, <c>box.csv</c>.</param>
public sealed partial record DomainOrigin(string Name)
{
    /// <summary>The radius of a ball; null for other domains.</summary>
    public double? Radius { get; private init; }

    /// <summary>The row of the <see cref="Data"/> that a ball is around, from 0; null for other domains.</summary>
    public int? Row { get; private init; }

    /// <summary>The name of the data that the domain was made from; null for other domains.</summary>
    public string? Data { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of(Name);

    /// <summary>The name of a ball.</summary>
    /// <param name="radius">Its radius.</param>
    /// <param name="center">What its centre is called.</param>
    internal static string Ball(double radius, string center) =>
        string.Create(CultureInfo.InvariantCulture, $"ball {radius:R} round {center}");

    /// <summary>What a row of data is called as a centre.</summary>
    internal static string RowOf(string data, int row) => string.Create(CultureInfo.InvariantCulture, $"row {row} of {data}");

    /// <summary>What a domain's name says; null for one without a name.</summary>
    internal static DomainOrigin? Of(string? name)
    {
        if (name is null)
            return null;
        Match ball = BallName().Match(name);
        if (double.TryParse(ball.Groups["radius"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out double radius))
            return new(name)
            {
                Radius = radius,
                Row = int.TryParse(ball.Groups["row"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int row) ? row : null,
                Data = ball.Groups["data"] is { Success: true, Value: var data } ? data : null,
            };
        Match range = RangeName().Match(name);
        return new(name) { Data = range.Success ? range.Groups["data"].Value : null };
    }

    [GeneratedRegex(
        @"^ball (?<radius>[0-9.E+-]+) round (row (?<row>[0-9]+) of (?<data>.+)|a point)$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex BallName();

    [GeneratedRegex(@"^range of (?<data>.+?)( \+/- [0-9.E+-]+)?$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex RangeName();
}
