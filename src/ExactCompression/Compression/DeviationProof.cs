using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>Proven bounds of the largest output difference of two networks that nothing else is known of.</summary>
internal static class DeviationProof
{
    /// <summary>The best bound found; infinity where none is known.</summary>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second, of the same numbers of inputs and outputs.</param>
    /// <param name="domain">The domain, of the networks' size.</param>
    /// <param name="data">Rows that help to decide neurons, or null.</param>
    /// <param name="enough">A bound up to this is good enough: the search ends there.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static double Between(ReluNetwork reference, ReluNetwork difference, InputDomain domain, InputData? data, double enough, EquivalenceOptions options, CancellationToken cancellation)
    {
        double bound = Math.Min(OfSameWidths(reference, difference, domain), OfIntervals(reference, difference, domain));
        if (bound <= enough || options.ProofTimeLimit <= TimeSpan.Zero || HaveSameWidths(reference, difference))
            return bound;
        bool shrinks = difference.NeuronCount < reference.NeuronCount;
        (ReluNetwork larger, ReluNetwork smaller) = shrinks ? (reference, difference) : (difference, reference);
        return Math.Min(bound, ByCompression(larger, smaller, domain, data, options, cancellation));
    }

    /// <summary>
    /// Compresses the larger network as the smaller one may have been made, and adds the bounds <c>larger - compressed</c> and
    /// <c>compressed - smaller</c>.
    /// </summary>
    private static double ByCompression(ReluNetwork larger, ReluNetwork smaller, InputDomain domain, InputData? data, EquivalenceOptions options, CancellationToken cancellation)
    {
        var search = new SearchOptions { TimeLimit = options.ProofTimeLimit, Seed = options.Seed };
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(larger, domain), data, search, cancellation);
        cancellation.ThrowIfCancellationRequested();
        double best = double.PositiveInfinity;
        foreach (CompressionLevel level in (ReadOnlySpan<CompressionLevel>)[CompressionLevel.LeoPlusPlus, CompressionLevel.DeleteOnly])
        {
            CompressionResult result = LeoCompression.Compress(table, new() { Level = level, Precision = smaller.Precision }, cancellation);
            best = Math.Min(best, UpperBound.Add(result.ProvenDeviation, OfSameWidths(result.Compressed, smaller, domain)));
        }

        return best;
    }

    /// <summary>The bound for two networks of the same widths: 0 where all weights are the same and exact.</summary>
    /// <remarks>
    /// Layer by layer, <c>|z' - z| &lt;= |W'| e + max |(W' - W) a + (b' - b)| + R |a| + R' |a'| + r + r'</c> where <c>e</c> bounds the difference of
    /// the activations before, for those pass through rectifiers that move by no more than their arguments.
    /// </remarks>
    private static double OfSameWidths(ReluNetwork reference, ReluNetwork difference, InputDomain domain)
    {
        if (!HaveSameWidths(reference, difference) || reference.Layers[^1].Activation != difference.Layers[^1].Activation)
            return double.PositiveInfinity;
        PreActivationBounds bounds = PreActivationBounds.Of(reference, domain), others = PreActivationBounds.Of(difference, domain);
        double[] error = new double[reference.InputSize];
        for (int number = 0; number <= reference.Depth; number++)
        {
            Box inputs = number == 0 ? PreActivationBounds.DomainBox(domain) : bounds.Activations(number);
            Box otherInputs = number == 0 ? inputs : others.Activations(number);
            error = Propagate(reference.Layers[number], difference.Layers[number], inputs, otherInputs, error);
        }

        return error.Aggregate(0.0, Math.Max);
    }

    private static double[] Propagate(AffineLayer layer, AffineLayer other, Box inputs, Box otherInputs, double[] error)
    {
        var moved = new double[layer.Outputs];
        var difference = new double[layer.Inputs];
        var rounding = new double[layer.Inputs];
        double slack = Rounding.Gamma(1);
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = UpperBound.Add(UpperBound.MagnitudeDot(other.Row(i), error), UpperBound.Add(LayerRadius.Of(layer, i, inputs), LayerRadius.Of(other, i, otherInputs)));
            double shift = other.Bias.Span[i] - layer.Bias.Span[i];
            if (shift == 0 && other.Row(i).SequenceEqual(layer.Row(i)))
                continue;
            TensorPrimitives.Subtract(other.Row(i), layer.Row(i), difference);
            TensorPrimitives.Multiply(difference, slack, rounding); // subtracting two weights may round
            moved[i] = UpperBound.Add(moved[i], inputs.Largest(difference, shift));
            moved[i] = UpperBound.Add(moved[i], UpperBound.Add(UpperBound.MagnitudeDot(rounding, inputs.Magnitude), UpperBound.Multiply(slack, Math.Abs(shift))));
        }

        return moved;
    }

    private static double OfIntervals(ReluNetwork reference, ReluNetwork difference, InputDomain domain)
    {
        (double[] lower, double[] upper) = OutputBounds.Of(reference, domain);
        (double[] otherLower, double[] otherUpper) = OutputBounds.Of(difference, domain);
        double largest = 0;
        for (int i = 0; i < lower.Length; i++)
            largest = Math.Max(largest, Math.Max(Distance(upper[i], otherLower[i]), Distance(otherUpper[i], lower[i])));
        return UpperBound.Known(largest);
    }

    /// <summary>At least <c>upper - lower</c>; exactly 0 where they are equal.</summary>
    private static double Distance(double upper, double lower) => upper == lower ? 0 : Rounding.AddUp(upper, -lower);

    private static bool HaveSameWidths(ReluNetwork reference, ReluNetwork difference) =>
        reference.Depth == difference.Depth && reference.Layers.Zip(difference.Layers).All(static pair => pair.First.Outputs == pair.Second.Outputs);
}
