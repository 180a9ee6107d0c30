using System.Globalization;
using ExactCompression.Formats;
using ExactCompression.Tests.Campaigns;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>What a reader has made of a file, as text: two files with the same text hold the same.</summary>
internal static class ReaderContent
{
    public static string Of(object value) => value switch
    {
        ReluNetwork { Graph: not null } network => Convert.ToHexString(PortableForm.Of(network.Renamed(""))),
        ReluNetwork network =>
            $"{HardCase.Show(network)} {network.StatedDomain} "
            + string.Concat(network.DenseLayers.Select(static l => $"{Show(l.WeightRadius.ToArray())}{Show(l.BiasRadius.ToArray())}")),
        InputDomain { Size: null } domain => domain.ToString(),
        InputDomain domain => $"{Show(domain.Lower.ToArray())} {Show(domain.Upper.ToArray())}",
        EquivalenceSpecification specification =>
            $"{Of(specification.Domain)} {string.Join(' ', specification.Ranges)} {specification.AssertsViolation} "
            + $"{specification.Reference} {specification.Difference} "
            + string.Concat(
                specification.Boxes.Select(static b => $"{Show(b.Lower)}{Show(b.Upper)}{Show(b.InnerLower)}{Show(b.InnerUpper)}")),
        InputData data => $"{data.Rows} {data.Columns} {string.Join(' ', data.Values.ToArray())} {string.Join(' ', data.Labels.ToArray())}",
        StabilityTable table =>
            $"{Of(table.Network)} {Of(table.Domain)} "
            + string.Join(' ', table.Neurons.Select(static n => $"{n} {n.LowerBound} {n.UpperBound}")),
        CompressionResult result =>
            $"{Of(result.Original)} {Of(result.Compressed)} {Of(result.Table)} {result.ProvenDeviation} {string.Join(' ', result.Steps)}",
        CertificateReport report => report.Valid ? $"valid {report.ProvenDeviation.ToString(CultureInfo.InvariantCulture)}" : "not valid",
        IReadOnlyList<SweepRow> rows => string.Join('\n', rows),
        _ => throw new ArgumentException($"{value.GetType()} is nothing that is read.", nameof(value)),
    };

    /// <summary>Whether all numbers are such as belong there.</summary>
    public static bool IsSound(object value) => value switch
    {
        ReluNetwork { Graph: not null } network => PortableForm.Read(PortableForm.Of(network)) is ReluNetwork, // it refuses all else
        ReluNetwork network => network.DenseLayers.All(static l => Finite(l.Weights.Span) && Finite(l.Bias.Span)
            && NotNegative(l.WeightRadius.Span) && NotNegative(l.BiasRadius.Span)),
        InputDomain { Size: not null } domain =>
            Finite(domain.Lower.Span) && Finite(domain.Upper.Span) && domain.Lower.ToArray()
            .Zip(domain.Upper.ToArray(), static (l, u) => l <= u).All(static r => r),
        InputData data => data.Values.ToArray().All(float.IsFinite) && data.Labels.ToArray().All(static l => l >= 0),
        StabilityTable table => IsSound(table.Network)
            && table.Neurons.All(static n => !double.IsNaN(n.LowerBound) && !double.IsNaN(n.UpperBound) && n.LowerBound <= n.UpperBound),
        CompressionResult result => IsSound(result.Original) && IsSound(result.Compressed) && result.ProvenDeviation >= 0,
        CertificateReport report => report.Valid ? report.ProvenDeviation >= 0 && double.IsFinite(report.ProvenDeviation)
            : double.IsPositiveInfinity(report.ProvenDeviation),
        _ => true,
    };

    private static bool Finite(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                return false;
        }

        return true;
    }

    private static bool NotNegative(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!(value >= 0))
                return false;
        }

        return true;
    }

    private static string Show(double[] values) =>
        string.Join(' ', values.Select(static v => v.ToString("R", CultureInfo.InvariantCulture)));
}
