using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Whether <c>|g_o - f_o| &lt;= absolute + relative |f_o|</c> for all outputs of two networks.
/// </summary>
/// <remarks>
/// On the network with outputs <c>f</c> and <c>f - g</c>, two more layers of rectifiers: <c>relu(f), relu(-f), relu(d), relu(-d)</c>, and
/// <c>relu(d) - relative (relu(f) + relu(-f)) - absolute</c> and the same of <c>-d</c>, which are at most 0 if and only if it holds. Where
/// merging moves outputs by up to <c>e</c>, the absolute tolerance is lowered by <c>(1 + relative) e</c>.
/// </remarks>
/// <param name="absolute">The absolute part.</param>
/// <param name="relative">The relative part.</param>
/// <param name="smallest">No output of the first network has a smaller magnitude anywhere.</param>
/// <param name="largest">No output of the first network has a larger one; may be infinite.</param>
internal sealed class RelativeTest(double absolute, double relative, double smallest, double largest) : EquivalenceTest
{
    // Eight times the square of it are the weights of the last hidden layer.
    private const int MostOutputs = 1_000;

    /// <inheritdoc/>
    public override double Enough { get; } = Math.Max(
        absolute, absolute > 0 || smallest > 0 ? Rounding.SumDown(absolute, Rounding.ProductDown(relative, smallest)) : 0);

    /// <inheritdoc/>
    public override Func<int, double, double, double>? Excess => (_, f, g) => Math.Abs(g - f) - absolute - (relative * Math.Abs(f));

    /// <inheritdoc/>
    public override bool IsRefuted(OutputEnclosure outputs)
    {
        for (int o = 0; o < outputs.Lower.Length; o++)
        {
            double allowed = UpperBound.Add(absolute, UpperBound.Multiply(relative, outputs.Magnitude(o)));
            if (outputs.Above(o) > allowed || outputs.Below(o) > allowed)
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override DeviationBound Search(
        ReluNetwork first, ReluNetwork second, InputDomain domain, InputData? data, SearchOptions options, CancellationToken cancellation)
    {
        if (first.OutputSize > MostOutputs)
            return new(double.PositiveInfinity, EquivalenceEvidence.None);
        (ReluNetwork Network, double Moved)? merged = DifferenceProof.Merged(
            () => DifferenceNetwork.Of(first, second, domain, PairedOutputs.FirstAndDifference), first, second, domain, 0.5 * absolute,
            options, cancellation);
        if (merged is not var (network, moved))
            return new(double.PositiveInfinity, EquivalenceEvidence.None);
        double left = moved == 0 ? absolute : Rounding.SumDown(absolute, -Rounding.ProductUp(moved, Rounding.SumUp(1, relative)));
        if (!(left >= 0))
            return new(double.PositiveInfinity, EquivalenceEvidence.None);

        int outputs = first.OutputSize;
        var parts = new List<LinearRow>();
        var sides = new List<LinearRow>();
        for (int o = 0; o < outputs; o++)
        {
            int at = parts.Count;
            parts.AddRange([new([(o, 1)]), new([(o, -1)]), new([(outputs + o, 1)]), new([(outputs + o, -1)])]);
            sides.Add(new([(at + 2, 1), (at, -relative), (at + 1, -relative)], -left));
            sides.Add(new([(at + 3, 1), (at, -relative), (at + 1, -relative)], -left));
        }

        ReluNetwork question = QuestionLayers.On(network, parts, sides);
        (double above, double[]? witness) = DifferenceProof.Decide(question, domain, data, options, cancellation);
        double most = UpperBound.Add(absolute, UpperBound.Multiply(relative, largest));
        return new(UpperBound.Add(most, Math.Max(0, above)), EquivalenceEvidence.DifferenceNetwork, witness) { IsEnough = above <= 0 };
    }
}
