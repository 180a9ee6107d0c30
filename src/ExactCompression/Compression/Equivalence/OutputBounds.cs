using ExactCompression.Bounds;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>Interval bounds of a network's outputs, the last activation applied.</summary>
internal static class OutputBounds
{
    /// <summary>
    /// The largest sum of magnitudes that an output is made from, <c>sum_j |W_ij| max |a_j| + |b_i|</c>; 0 where no bound is known.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The domain, of its size.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static double Magnitude(ReluNetwork network, InputDomain domain, CancellationToken cancellation)
    {
        if (!network.IsDense)
        {
            (double[] least, double[] most) = Of(network, domain, cancellation);
            double size = least.Concat(most).Max(Math.Abs);
            return double.IsFinite(size) ? size : 0;
        }

        AffineLayer output = network.DenseLayers[^1];
        Box inputs = network.Depth == 0
            ? PreActivationBounds.DomainBox(domain)
            : PreActivationBounds.Of(network, domain, cancellation).Activations(network.Depth);
        double largest = Enumerable.Range(0, output.Outputs).Max(
            i => UpperBound.Add(UpperBound.MagnitudeDot(output.Row(i), inputs.Magnitude), Math.Abs(output.Bias.Span[i])));
        return double.IsFinite(largest) ? largest : 0;
    }

    /// <summary>Bounds over a domain; infinite where nothing is known.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The domain, of its size.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static (double[] Lower, double[] Upper) Of(
        ReluNetwork network, InputDomain domain, CancellationToken cancellation = default)
    {
        if (!network.IsDense)
            return OfGraph(network.Lowered, domain, network.Name, cancellation);
        PreActivationBounds bounds = PreActivationBounds.Of(network, domain, cancellation);
        double[] lower = bounds.Lower(network.Depth + 1), upper = bounds.Upper(network.Depth + 1);
        return network.Layers[^1].Activation == Activation.Relu
            ? (Array.ConvertAll(lower, static z => Math.Max(0, z)), Array.ConvertAll(upper, static z => Math.Max(0, z)))
            : (lower, upper);
    }

    private static (double[] Lower, double[] Upper) OfGraph(
        LoweredGraph graph, InputDomain domain, string name, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        IReadOnlyList<int> scores = graph.RequireScores(name);
        var ranges = new ActivationRange[graph.Layers.Count + 1];
        ranges[0] = ActivationRange.OfInput(domain);
        for (int l = 0; l < graph.Layers.Count; l++)
        {
            LoweredLayer layer = graph.Layers[l];
            double[] lower = new double[layer.Width], upper = new double[layer.Width];
            SourceRange[] sources = [.. layer.Terms.Select(term => SourceRange.Of(ranges[term.Source], term.Map.FanOut))];
            IntervalBounds.Propagate(layer, sources, lower, upper, parallel);
            ranges[l + 1] = layer.Smooth is { } smooth ? ActivationRange.OfSmooth(smooth, lower, upper)
                : layer.IsRectifier ? ActivationRange.OfRectified(lower, upper) : ActivationRange.Of(lower, upper);
        }

        (IReadOnlyList<double> Lower, IReadOnlyList<double> Upper)[] outputs =
        [
            .. scores.Select((v, k) => graph.Heads?[k]?.Enclose(ranges[v].Lower, ranges[v].Upper) ?? (ranges[v].Lower, ranges[v].Upper)),
        ];
        return ([.. outputs.SelectMany(static o => o.Lower)], [.. outputs.SelectMany(static o => o.Upper)]);
    }
}
