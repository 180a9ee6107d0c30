using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// How far what a float32 runtime computes can be from a network's function in real arithmetic, for every float32 input of a box, whatever
/// the order of its sums, with or without fused multiply-add: see <see cref="NodeCharges"/> for what it may do.
/// </summary>
/// <remarks>
/// The errors of all layers, weighted by how they reach an output (<see cref="OutputSensitivity"/>), are a function of the network's own
/// values: linear above rectifiers, since these are not negative. So the layer of these functions is bounded like any other layer by linear
/// bound propagation, which knows that not all neurons are at their largest at once.
/// </remarks>
internal static class DeployedError
{
    /// <summary>Outputs whose errors are followed together on one thread.</summary>
    private const int Block = 16;

    /// <summary>Bounds the error of each output.</summary>
    /// <param name="network">The network, node by node; its outputs are not behind smooth functions, nor a softmax.</param>
    /// <param name="domain">The box.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>A bound for each output; infinity where none is known.</returns>
    /// <exception cref="NotSupportedException">A node's rounding is not specified, such as that of a Sigmoid.</exception>
    public static double[] Of(NodewiseGraph network, InputDomain domain, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        IReadOnlyList<LayerCharge?> charges = NodeCharges.Of(network);
        (int Value, int Element)[] outputs = [.. network.Outputs];
        using RelaxedGraph bounds = Bounded(WithErrors(network.Graph), domain, parallel);
        ErrorRanges errors = ErrorRanges.Of(bounds, charges, parallel);
        if (!errors.IsInRange)
            return [.. outputs.Select(static _ => double.PositiveInfinity)];
        using var kernels = new ReachedKernels(bounds);
        var found = new double[outputs.Length];
        int size = Math.Clamp((outputs.Length + parallel.MaxDegreeOfParallelism - 1) / parallel.MaxDegreeOfParallelism, 1, Block);
        Parallel.For(
            0, (outputs.Length + size - 1) / size, parallel, b =>
            {
                int first = b * size;
                ArraySegment<(int Value, int Element)> some = new(outputs, first, Math.Min(size, outputs.Length - first));
                OutputSensitivity sensitivity = OutputSensitivity.Of(bounds, errors, kernels, some, cancellation);
                Largest(bounds, sensitivity, errors, cancellation).CopyTo(found, first);
            });
        return found;
    }

    /// <summary>
    /// The graph with one more layer that takes all values: passes from the layer of errors then find its products counted among those that
    /// make up a coefficient.
    /// </summary>
    private static LoweredGraph WithErrors(LoweredGraph graph)
    {
        LinearTerm[] terms =
        [
            .. Enumerable.Range(0, graph.Layers.Count + 1).Select(
                value => new LinearTerm(value, new SelectionMap(graph.ShapeOf(value), [-1], [0], [0]))),
        ];
        var errors = new LoweredLayer("errors", MapShape.Vector(1), terms, new double[1], default, LayerUnit.Rectifier, 0);
        return new(graph.Input, [.. graph.Layers, errors], null);
    }

    /// <summary>Bounds all layers but the last.</summary>
    private static RelaxedGraph Bounded(LoweredGraph graph, InputDomain domain, ParallelOptions parallel)
    {
        var below = new RelaxedGraph(domain, graph);
        try
        {
            for (int number = 1; ; number++)
            {
                LoweredLayer layer = CrownBounds.Advance(below, number, parallel);
                if (number == graph.Rectifiers)
                    return below;
                double[] lower = new double[layer.Width], upper = new double[layer.Width];
                IntervalBounds.Propagate(layer, below.SourcesOf(layer), lower, upper, parallel);
                int[] open = [.. Enumerable.Range(0, layer.Width).Where(i => !(lower[i] >= 0) && !(upper[i] <= 0))];
                CrownBounds.Tighten(below, layer, open, lower, upper, parallel);
                below.Add(lower, upper);
            }
        }
        catch
        {
            below.Dispose();
            throw;
        }
    }

    /// <summary>The largest value of each error function over the box.</summary>
    private static double[] Largest(RelaxedGraph bounds, OutputSensitivity sensitivity, ErrorRanges errors, CancellationToken cancellation)
    {
        int rows = sensitivity.Constants.Length;
        double[] byRanges = new double[rows];

        // What only selects may flush a subnormal number to 0, too: at most once, as an output is.
        double[] constants = [.. sensitivity.Constants.Select(static c => (c * (1 + 1e-9)) + (2 * SingleArithmetic.Underflow))];
        var terms = new List<LinearTerm>();
        for (int value = 0; value <= bounds.Layers.Count; value++)
        {
            double[]? weights = ValueTerms(
                bounds.RangeOf(value), sensitivity.Magnitudes[value], sensitivity.Signed[value], errors.SizesOf(value), constants,
                byRanges);
            if (weights is not null)
                terms.Add(new(value, new DenseMap(weights, MapShape.Vector(rows), bounds.Graph.ShapeOf(value))));
        }

        for (int k = 0; k < rows; k++)
            byRanges[k] = (byRanges[k] + constants[k]) * (1 + 1e-9);
        var found = new double[rows];
        if (terms.Count == 0)
        {
            constants.CopyTo(found);
            return found;
        }

        var layer = new LoweredLayer(
            "errors", MapShape.Vector(rows), terms, Array.ConvertAll(constants, static c => c * (1 + 1e-9)), default, LayerUnit.Linear, 0);
        new CrownBounds(bounds).Bound(
            layer, [.. Enumerable.Range(0, rows)], above: true, found, null,
            new() { CancellationToken = cancellation, MaxDegreeOfParallelism = 1 });
        for (int k = 0; k < rows; k++)
            found[k] = found[k] < byRanges[k] ? found[k] : UpperBound.Known(byRanges[k]);
        return found;
    }

    /// <summary>
    /// The coefficients of <c>T v + Q |v|</c> over a value of a range, whose magnitudes are linear or below the chord of their ends.
    /// </summary>
    private static double[]? ValueTerms(
        ActivationRange range, double[]? magnitudes, double[]? signed, double[] moved, double[] constants, double[] byRanges)
    {
        if (magnitudes is null && signed is null)
            return null;
        int width = range.Lower.Length;
        var weights = new double[constants.Length * width];
        for (int at = 0; at < weights.Length; at++)
        {
            int k = at / width, i = at % width;
            double size = magnitudes?[at] ?? 0, sign = signed?[at] ?? 0;
            (double slope, double intercept) = Chord(range.Lower[i], range.Upper[i]);
            weights[at] = sign + (size * slope);

            // What rounding does to coefficients and sums, as a bound on the part of the value.
            double slack = 1e-10 * (Math.Abs(sign) + size) * range.Magnitude[i];
            constants[k] += size == 0 ? slack : (((size * intercept) + (size * moved[i])) * (1 + 1e-9)) + slack;
            byRanges[k] += (weights[at] > 0 ? weights[at] * range.Upper[i] : weights[at] * range.Lower[i]) + slack;
        }

        return weights;
    }

    /// <summary>A line that is not below <c>|v|</c> in a range.</summary>
    private static (double Slope, double Intercept) Chord(double lower, double upper)
    {
        if (lower >= 0)
            return (1, 0);
        if (upper <= 0)
            return (-1, 0);
        double slope = Math.Clamp((upper + lower) / (upper - lower), -1, 1);
        return (slope, Math.Max(Math.Max(upper - (slope * upper), -lower - (slope * lower)), 0) * (1 + 1e-15) + Rounding.Underflow);
    }
}
