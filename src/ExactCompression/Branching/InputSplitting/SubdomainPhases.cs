namespace ExactCompression.Branching.InputSplitting;

/// <summary>What is known about the rectifiers in a subdomain. Immutable: the children of a subdomain share it.</summary>
/// <param name="Phases">1 where a rectifier is on, -1 where it is off, 0 where it is open; over all neurons below.</param>
/// <param name="Open">Indices of the open ones, ascending.</param>
/// <param name="Lower">Their lower bounds.</param>
/// <param name="Upper">Their upper bounds.</param>
internal sealed record SubdomainPhases(sbyte[] Phases, int[] Open, double[] Lower, double[] Upper)
{
    /// <summary>
    /// Where the bounds of the open ones are attained, as far as is known: for each, the point of the upper bound, then that of the lower
    /// one; empty where nothing is known.
    /// </summary>
    public double[] Maximisers { get; init; } = [];


    /// <summary>What holds in the whole box.</summary>
    /// <param name="network">The network.</param>
    /// <param name="count">How many neurons lie below.</param>
    public static SubdomainPhases OfWholeBox(SubdomainNetwork network, int count) => OfWholeBox(network.Lower, network.Upper, count);

    /// <summary>What holds in the whole box.</summary>
    /// <param name="lower">Lower bounds of the pre-activations.</param>
    /// <param name="upper">Upper bounds of the pre-activations.</param>
    /// <param name="count">How many neurons lie below.</param>
    public static SubdomainPhases OfWholeBox(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, int count)
    {
        var phases = new sbyte[count];
        for (int n = 0; n < count; n++)
            phases[n] = (sbyte)(upper[n] <= 0 ? -1 : lower[n] >= 0 ? 1 : 0);
        return Of(phases, lower, upper);
    }

    /// <summary>Gathers the open ones.</summary>
    /// <param name="phases">The phases; copied.</param>
    /// <param name="lower">Lower bounds of the open ones, in an array over all.</param>
    /// <param name="upper">Upper bounds of the open ones.</param>
    public static SubdomainPhases Of(ReadOnlySpan<sbyte> phases, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        int count = phases.Count((sbyte)0), at = 0;
        var open = new int[count];
        double[] from = new double[count], to = new double[count];
        for (int n = 0; n < phases.Length; n++)
        {
            if (phases[n] == 0)
                (open[at], from[at], to[at++]) = (n, lower[n], upper[n]);
        }

        return new(phases.ToArray(), open, from, to);
    }
}
