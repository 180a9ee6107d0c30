using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Proven bounds of the largest output difference of two networks about which nothing else is known, the cheapest and tightest first.
/// </summary>
internal static class DeviationProof
{
    /// <summary>The best bound found.</summary>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second, with the same numbers of inputs and outputs.</param>
    /// <param name="domain">The domain, of the networks' size.</param>
    /// <param name="data">Rows that help to decide neurons, or null.</param>
    /// <param name="enough">A bound up to this is good enough: the search ends there.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DeviationBound Between(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, InputData? data, double enough, EquivalenceOptions options,
        CancellationToken cancellation) =>
        Between(reference, difference, domain, data, RangeTest.Uniform(enough, reference.OutputSize), options, cancellation);

    /// <summary>The best bound found, and whether it or anything else answers a question.</summary>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second, with the same numbers of inputs and outputs.</param>
    /// <param name="domain">The domain, of the networks' size.</param>
    /// <param name="data">Rows that help to decide neurons, or null.</param>
    /// <param name="test">The question: the search ends where it is answered.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DeviationBound Between(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, InputData? data, EquivalenceTest test,
        EquivalenceOptions options, CancellationToken cancellation)
    {
        double enough = test.Enough;
        if (ScoreNetworks.Of(reference, difference, cancellation) is { } scores)
        {
            EquivalenceTest ofScores = test.OfScores(scores.IsWhole(reference.OutputSize))
                ?? RangeTest.Uniform(enough / scores.Steepest, reference.OutputSize);
            return scores.OfOutputs(
                Between(scores.Reference, scores.Difference, domain, data, ofScores, options, cancellation), ofScores is LabelTest);
        }

        if (!reference.IsDense || !difference.IsDense)
            return OfGraphs(reference, difference, domain, data, enough, options, cancellation);
        DeviationBound best = new(OfSameWidths(reference, difference, domain, cancellation), EquivalenceEvidence.MatchedLayers);
        best = best.Or(new(OfIntervals(reference, difference, domain, cancellation), EquivalenceEvidence.Intervals));
        if (best.Bound > enough && HaveSameWidths(reference, difference))
            best = best.Or(
                new(
                    OfSameWidths(reference, NeuronMatching.Reordered(difference, reference, cancellation), domain, cancellation),
                    EquivalenceEvidence.MatchedNeurons));
        if (!(best.Bound <= enough) && options.ProofTimeLimit > TimeSpan.Zero)
            best = Searched(best, reference, difference, domain, data, test, options, cancellation);
        return double.IsFinite(best.Bound) || best.IsEnough
            ? best
            : best with { Bound = double.PositiveInfinity, Evidence = EquivalenceEvidence.None };
    }

    /// <summary>
    /// The bound for networks of which one is no chain of dense layers: 0 where they are the same graph; that of a compression of the
    /// larger one where it gives the smaller one; else what intervals give.
    /// </summary>
    private static DeviationBound OfGraphs(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, InputData? data, double enough, EquivalenceOptions options,
        CancellationToken cancellation)
    {
        double apart = OfIntervals(reference, difference, domain, cancellation);
        DeviationBound best = double.IsFinite(apart)
            ? new(apart, EquivalenceEvidence.Intervals)
            : new(double.PositiveInfinity, EquivalenceEvidence.None);
        if (best.Bound <= enough || reference.Graph is not { } first || difference.Graph is not { } second)
            return best;
        if (GraphMatching.AreSame(first, second))
            return new(0, EquivalenceEvidence.MatchedLayers);
        if (options.ProofTimeLimit <= TimeSpan.Zero)
            return best;
        bool shrinks = (difference.ParameterCount, difference.NeuronCount).CompareTo((reference.ParameterCount, reference.NeuronCount)) < 0;
        (ReluNetwork larger, ReluNetwork smaller) = shrinks ? (reference, difference) : (difference, reference);
        var search = new SearchOptions { TimeLimit = options.ProofTimeLimit / 2, Seed = options.Seed, WithoutSolvers = true };
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(larger, domain), data, search, cancellation);
        cancellation.ThrowIfCancellationRequested();
        foreach (CompressionOptions guess in Guesses(smaller))
        {
            CompressionResult result = LeoCompression.Compress(table, guess, cancellation);
            if (result.Compressed.Graph is { } made && GraphMatching.AreSame(made, smaller.Graph!))
                best = best.Or(new(result.ProvenDeviation, EquivalenceEvidence.ReplayedCompression));
            if (best.Bound <= enough)
                break;
        }

        return best;
    }

    /// <summary>
    /// The expensive proofs: compression of the larger network as the smaller one may have been produced, then the network of their
    /// difference.
    /// </summary>
    private static DeviationBound Searched(
        DeviationBound best, ReluNetwork reference, ReluNetwork difference, InputDomain domain, InputData? data, EquivalenceTest test,
        EquivalenceOptions options, CancellationToken cancellation)
    {
        var search = new SearchOptions { TimeLimit = options.ProofTimeLimit / 2, Seed = options.Seed };
        if (!HaveSameWidths(reference, difference))
        {
            bool shrinks = difference.NeuronCount < reference.NeuronCount;
            (ReluNetwork larger, ReluNetwork smaller) = shrinks ? (reference, difference) : (difference, reference);
            best = best.Or(
                new(ByCompression(larger, smaller, domain, data, search, cancellation), EquivalenceEvidence.ReplayedCompression));
            if (best.Bound <= test.Enough)
                return best;
        }

        DeviationBound found = test.Search(reference, difference, domain, data, search, cancellation);
        return best.Or(found) with { Counterexample = found.Counterexample, Bound = Math.Min(best.Bound, found.Bound) };
    }

    /// <summary>
    /// Compresses the larger network as the smaller one may have been produced, and adds the bounds <c>larger - compressed</c> and
    /// <c>compressed - smaller</c>.
    /// </summary>
    private static double ByCompression(
        ReluNetwork larger, ReluNetwork smaller, InputDomain domain, InputData? data, SearchOptions search, CancellationToken cancellation)
    {
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(larger, domain), data, search with { WithoutSolvers = true }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        double best = double.PositiveInfinity;
        foreach (CompressionOptions options in Guesses(smaller))
        {
            CompressionResult result = LeoCompression.Compress(table, options, cancellation);
            if (HaveSameWidths(result.Compressed, smaller))
                best = Math.Min(
                    best, UpperBound.Add(result.ProvenDeviation, OfSameWidths(result.Compressed, smaller, domain, cancellation)));
        }

        return best;
    }

    private static IEnumerable<CompressionOptions> Guesses(ReluNetwork smaller)
    {
        yield return new() { Level = CompressionLevel.LeoPlusPlus, Precision = smaller.Precision };
        yield return new() { Level = CompressionLevel.DeleteOnly, Precision = smaller.Precision };
        foreach (CompressionObjective objective in Enum.GetValues<CompressionObjective>())
            yield return new() { Level = CompressionLevel.Maximal, Objective = objective, Precision = smaller.Precision };
    }

    /// <summary>The bound for two networks of the same widths: 0 where all weights are the same and exact.</summary>
    /// <remarks>
    /// Layer by layer, <c>|z' - z| &lt;= |W'| e + max |(W' - W) a + (b' - b)| + R |a| + R' |a'| + r + r'</c> where <c>e</c> bounds the
    /// difference of the activations before, since those pass through rectifiers, whose outputs move by no more than their inputs. Where
    /// both layers are the same map <c>T</c>, whatever their radius, it is <c>|T| e &lt;= (|W| + R) e</c>.
    /// </remarks>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static double OfSameWidths(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, CancellationToken cancellation = default)
    {
        if (!HaveSameWidths(reference, difference) || reference.Layers[^1].Activation != difference.Layers[^1].Activation)
            return double.PositiveInfinity;
        PreActivationBounds bounds = PreActivationBounds.Of(reference, domain, cancellation),
            others = PreActivationBounds.Of(difference, domain, cancellation);
        double[] error = new double[reference.InputSize];
        for (int number = 0; number <= reference.Depth; number++)
        {
            Box inputs = number == 0 ? PreActivationBounds.DomainBox(domain) : bounds.Activations(number);
            Box otherInputs = number == 0 ? inputs : others.Activations(number);
            error = Propagate(reference.DenseLayers[number], difference.DenseLayers[number], inputs, otherInputs, error, cancellation);
        }

        return error.Aggregate(0.0, Math.Max);
    }

    private static double[] Propagate(
        AffineLayer layer, AffineLayer other, Box inputs, Box otherInputs, double[] error, CancellationToken cancellation)
    {
        var moved = new double[layer.Outputs];
        bool isSame = layer.IsSameMap(other);
        RowBlocks.Run(
            layer.Outputs, layer.Inputs, (first, end) => Propagate(
                layer, other, inputs, otherInputs, error, isSame, moved, first, end, cancellation), cancellation);
        return moved;
    }

    private static void Propagate(
        AffineLayer layer, AffineLayer other, Box inputs, Box otherInputs, double[] error, bool isSame, double[] moved, int first, int end,
        CancellationToken cancellation)
    {
        var difference = new double[layer.Inputs];
        var rounding = new double[layer.Inputs];
        double slack = Rounding.Gamma(1);
        for (int i = first; i < end; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (isSame)
            {
                moved[i] = UpperBound.Add(UpperBound.MagnitudeDot(layer.Row(i), error), LayerRadius.Of(layer, i, error));
                continue;
            }

            moved[i] = UpperBound.Add(
                UpperBound.MagnitudeDot(other.Row(i), error),
                UpperBound.Add(LayerRadius.Of(layer, i, inputs), LayerRadius.Of(other, i, otherInputs)));
            double shift = other.Bias.Span[i] - layer.Bias.Span[i];
            if (shift == 0 && other.Row(i).SequenceEqual(layer.Row(i)))
                continue;
            TensorPrimitives.Subtract(other.Row(i), layer.Row(i), difference);

            // By u of each element; the box covers it, too: its gamma is 3 u more than the dot product needs, its widening 4 u.
            TensorPrimitives.Multiply(difference, slack, rounding);
            moved[i] = UpperBound.Add(moved[i], inputs.Largest(difference, shift));
            moved[i] = UpperBound.Add(
                moved[i], UpperBound.Add(UpperBound.MagnitudeDot(rounding, inputs.Magnitude), UpperBound.Multiply(slack, Math.Abs(shift))));
        }
    }

    private static double OfIntervals(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, CancellationToken cancellation)
    {
        (double[] lower, double[] upper) = OutputBounds.Of(reference, domain, cancellation);
        (double[] otherLower, double[] otherUpper) = OutputBounds.Of(difference, domain, cancellation);
        double largest = 0;
        for (int i = 0; i < lower.Length; i++)
            largest = Math.Max(largest, Math.Max(Distance(upper[i], otherLower[i]), Distance(otherUpper[i], lower[i])));
        return UpperBound.Known(largest);
    }

    /// <summary>At least <c>upper - lower</c>; exactly 0 where they are equal.</summary>
    private static double Distance(double upper, double lower) => upper == lower ? 0 : Rounding.AddUp(upper, -lower);

    private static bool HaveSameWidths(ReluNetwork reference, ReluNetwork difference) =>
        reference.Depth == difference.Depth
            && reference.Layers.Zip(difference.Layers).All(static pair => pair.First.Outputs == pair.Second.Outputs);
}
