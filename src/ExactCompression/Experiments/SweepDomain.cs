namespace ExactCompression.Experiments;

/// <summary>A domain of a sweep, made for each network: a given one, the network's own, or a ball intersected with either.</summary>
public sealed class SweepDomain
{
    private readonly InputDomain? given;
    private readonly InputDomain? ball;
    private readonly double? radius;

    private SweepDomain(InputDomain? given, InputDomain? ball = null, double? radius = null)
    {
        this.given = given;
        this.ball = ball;
        this.radius = radius;
    }

    /// <summary>The range that a network's file states, else <c>[0,1]^n</c>.</summary>
    public static SweepDomain Own { get; } = new(null);

    /// <summary>The radius of the ball; null for others.</summary>
    public double? Radius => radius ?? given?.Radius;

    /// <summary>A given domain.</summary>
    public static SweepDomain Of(InputDomain domain) => new(domain);

    /// <summary>The ball in the maximum norm around a row of data, intersected with another domain.</summary>
    /// <param name="data">The data.</param>
    /// <param name="row">The centre, from 0.</param>
    /// <param name="radius">How far each input may move.</param>
    /// <param name="within">The domain to intersect with; null for the network's own.</param>
    /// <exception cref="InvalidInputException">There is no such row, or the radius is not a distance.</exception>
    public static SweepDomain Ball(InputData data, int row, double radius, InputDomain? within) =>
        new(within, InputDomain.Ball(data, row, radius), radius);

    /// <summary>The domain for a network.</summary>
    /// <param name="inputs">Its input size.</param>
    /// <param name="stated">The range that it states, or null.</param>
    /// <exception cref="InvalidInputException">The domain does not fit, or the ball does not meet the domain that it is intersected
    /// with.</exception>
    internal InputDomain For(int inputs, InputDomain? stated)
    {
        InputDomain whole = (given ?? stated ?? InputDomain.Unit).For(inputs);
        if (ball is null)
            return whole;
        InputDomain around = ball.For(inputs);
        string name = ball.ShortDescription;
        (double[] lower, double[] upper) = (new double[inputs], new double[inputs]);
        for (int i = 0; i < inputs; i++)
        {
            lower[i] = Math.Max(around.Lower.Span[i], whole.Lower.Span[i]);
            upper[i] = Math.Min(around.Upper.Span[i], whole.Upper.Span[i]);
            if (lower[i] > upper[i])
                throw new InvalidInputException(
                    "DomainClipEmpty", $"The {name} does not meet {whole}: their ranges of input {i} are disjoint.",
                    "Give a domain that the row lies in.");
        }

        return new(lower, upper, name);
    }
}
