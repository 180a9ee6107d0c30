namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Whether, wherever output i of the first network is above all its others by more than a lead, output i of the second is above all its
/// others.
/// </summary>
/// <remarks>
/// For outputs i and j, <c>h = relu(f_i - f_j - lead) - K relu(g_i - g_j)</c> with any K above 0: where it is at most 0 everywhere,
/// <c>f_i - f_j &gt; lead</c> implies <c>g_i - g_j &gt;= (f_i - f_j - lead) / K &gt; 0</c>. If that is so for all pairs, the answer is yes.
/// A large K asks for little more than the sign; of equal networks <c>h</c> is never positive either, even at ties. Where merging moves
/// outputs by up to <c>e</c>, the differences of f are raised by <c>2 e</c> and those of g lowered by as much.
/// </remarks>
/// <param name="lead">By how much the first network's largest output must be above the others to count.</param>
internal sealed class LabelTest(double lead) : EquivalenceTest
{
    private const double Factor = 1 << 10;

    // Rows of the last hidden layer: one for each ordered pair of outputs.
    private const int MostPairs = 2_000;

    /// <inheritdoc/>
    /// <remarks>
    /// Where no output differs by more than <c>e</c>, <c>g_i - g_j &gt;= f_i - f_j - 2 e &gt; lead - 2 e</c>.
    /// </remarks>
    public override double Enough { get; } = lead < 1e-300 ? 0 : 0.5 * lead; // exact: no double is lost by halving it

    /// <inheritdoc/>
    public override EquivalenceTest? OfScores(bool isWhole) => isWhole ? new LabelTest(0) : null;

    /// <summary>The output that is above all others by more than the lead at every point of a box; -1 if none is for sure.</summary>
    /// <param name="lower">Lower bounds of the outputs.</param>
    /// <param name="upper">Upper bounds.</param>
    /// <param name="lead">The lead.</param>
    public static int LeaderOf(double[] lower, double[] upper, double lead)
    {
        int best = 0;
        for (int i = 1; i < lower.Length; i++)
        {
            if (lower[i] > lower[best])
                best = i;
        }

        for (int k = 0; k < upper.Length; k++)
        {
            if (k != best && !(Math.BitDecrement(lower[best] - upper[k]) > lead || (lead == 0 && lower[best] > upper[k])))
                return -1;
        }

        return best;
    }

    /// <inheritdoc/>
    public override bool IsRefuted(OutputEnclosure outputs)
    {
        int label = LeaderOf(outputs.Lower, outputs.Upper, lead);
        return label >= 0 && outputs.OtherLower.Any(g => g > outputs.OtherUpper[label]);
    }

    /// <inheritdoc/>
    public override DeviationBound Search(
        ReluNetwork first, ReluNetwork second, InputDomain domain, InputData? data, SearchOptions options, CancellationToken cancellation)
    {
        int outputs = first.OutputSize;
        if (Enough > 0)
        {
            options = options with { TimeLimit = options.TimeLimit / 2 };
            DifferenceRange[] ranges = [.. Enumerable.Repeat(DifferenceRange.Of(Enough), outputs)];
            DeviationBound close = DifferenceProof.Search(first, second, domain, data, ranges, options, cancellation);
            if (close.IsEnough)
                return close;
        }

        DeviationBound unknown = new(double.PositiveInfinity, EquivalenceEvidence.None);
        if ((long)outputs * (outputs - 1) > MostPairs)
            return unknown;
        (ReluNetwork Network, double Moved)? merged = DifferenceProof.Merged(
            () => DifferenceNetwork.Of(first, second, domain, PairedOutputs.Both), first, second, domain, lead / 8, options, cancellation);
        if (merged is not var (network, moved))
            return unknown;
        double slack = 2 * moved; // exact, or infinite
        var parts = new List<LinearRow>();
        var sides = new List<LinearRow>();
        for (int i = 0; i < outputs; i++)
        {
            for (int j = 0; j < outputs; j++)
            {
                if (i == j)
                    continue;
                int at = parts.Count;
                parts.Add(new([(i, 1), (j, -1)], slack, -lead));
                parts.Add(new([(outputs + i, 1), (outputs + j, -1)], -slack));
                sides.Add(new([(at, 1), (at + 1, -Factor)]));
            }
        }

        ReluNetwork question = QuestionLayers.On(network, parts, sides);
        (double above, double[]? witness) = DifferenceProof.Decide(question, domain, data, options, cancellation);
        return new(double.PositiveInfinity, EquivalenceEvidence.DifferenceNetwork, witness) { IsEnough = above <= 0 };
    }
}
