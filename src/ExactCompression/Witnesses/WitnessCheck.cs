using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Runs inputs through the network in double precision with a running error bound, and determines which pre-activations have a proven sign.
/// This is what turns a candidate from a device into evidence.
/// </summary>
/// <remarks>
/// <see cref="CheckedLayer"/> derives the error of a layer's sums. A rectifier does not widen it, linear layers pass it on, and a
/// smooth function is evaluated at both ends of what its pre-activation may be.
/// </remarks>
internal sealed class WitnessCheck : IDisposable
{
    /// <summary>Points that go through the network together.</summary>
    private const int MostRows = 64;

    /// <summary>With more elements than this in all values that are kept at a time, fewer points do.</summary>
    private const int MostElements = 1 << 21;

    private readonly LoweredGraph graph;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly ForwardOrder order;
    private readonly CheckedLayer[] layers;
    private readonly ParallelOptions? parallel;

    /// <summary>Prepares a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The box of its inputs.</param>
    /// <param name="parallel">How many threads may share the points, and the token on which large products stop; null for the calling
    /// thread alone.</param>
    public WitnessCheck(ReluNetwork network, InputDomain domain, ParallelOptions? parallel = null)
    {
        this.parallel = parallel;
        graph = network.Lowered;
        lower = domain.Lower.ToArray();
        upper = domain.Upper.ToArray();
        order = ForwardOrder.OfRectifiers(graph);
        layers = [.. order.Values.Select(value => new CheckedLayer(graph.Layers[value - 1]))];
    }

    /// <summary>Moves float32 points into the box, exactly.</summary>
    /// <param name="points">Row-major count x inputs.</param>
    /// <param name="count">Number of points.</param>
    /// <returns>One array for each point, which witnesses can share.</returns>
    public double[][] IntoDomain(ReadOnlySpan<float> points, int count)
    {
        var inside = new double[count][];
        for (int p = 0; p < count; p++)
        {
            var point = new double[lower.Length];
            for (int i = 0; i < point.Length; i++)
                point[i] = Math.Min(Math.Max(points[(p * point.Length) + i], lower[i]), upper[i]);
            inside[p] = point;
        }

        return inside;
    }

    /// <summary>Checks points and credits every neuron whose sign they prove.</summary>
    /// <param name="points">Points of the domain.</param>
    /// <param name="ledger">Receives the witnesses.</param>
    /// <param name="only">The one neuron to credit, by its index over all layers; below 0 for all.</param>
    /// <returns>How many witnesses were new.</returns>
    /// <exception cref="OperationCanceledException">Time is over. What earlier layers and points have proven is credited.</exception>
    public int Credit(ReadOnlySpan<double[]> points, VerdictLedger ledger, int only = -1)
    {
        int credited = 0, block = Math.Clamp(MostElements / order.MostElements, 1, MostRows);
        for (int at = 0; at < points.Length; at += block)
            credited += CreditBlock(points.Slice(at, Math.Min(block, points.Length - at)).ToArray(), ledger, only);
        return credited;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (CheckedLayer layer in layers)
            layer.Dispose();
    }

    /// <summary>The proven sign of the pre-activation of every rectifier at a point.</summary>
    /// <param name="point">A point of the domain.</param>
    /// <returns>For each rectifier, by its index over all layers: 1 or -1, or 0 where the sign is lost in rounding errors.</returns>
    public sbyte[] Signs(double[] point)
    {
        var signs = new List<sbyte>();
        Propagate([point], (_, z, error) =>
        {
            for (int n = 0; n < z.Length; n++)
                signs.Add((sbyte)(Math.Abs(z[n]) > error[n] ? Math.Sign(z[n]) : 0));
        }, graph.Rectifiers);
        return [.. signs];
    }

    private int CreditBlock(double[][] points, VerdictLedger ledger, int only)
    {
        int credited = 0;
        Propagate(points, (number, z, error) =>
        {
            int width = z.Length / points.Length;
            for (int r = 0; r < points.Length; r++)
            {
                for (int n = 0; n < width; n++)
                {
                    int at = (r * width) + n, index = ledger.Offsets[number - 1] + n;
                    double value = z[at];
                    if (!(Math.Abs(value) > error[at]) || (only >= 0 && index != only))
                        continue;
                    if (ledger.Learn(index, value > 0, points[r]))
                        credited++;
                }
            }
        }, only >= 0 ? ledger.Place(only).Layer : graph.Rectifiers);
        return credited;
    }

    /// <summary>
    /// Passes on, layer by layer, the pre-activations of the rectifiers of each number at points, and their error bounds, rows x neurons,
    /// up to the last of interest.
    /// </summary>
    private void Propagate(double[][] points, Action<int, double[], double[]> seen, int last)
    {
        int rows = points.Length, inputs = graph.Input.Count;
        double[][] a = new double[graph.Layers.Count + 1][], e = new double[a.Length][];
        a[0] = new double[rows * inputs];
        for (int r = 0; r < rows; r++)
            points[r].CopyTo(a[0].AsSpan(r * inputs));
        e[0] = new double[rows * inputs];
        for (int l = 0; l < layers.Length; l++)
        {
            int value = order.Values[l];
            (double[] z, double[] error) = layers[l].Run(a, e, rows, parallel);
            Elementwise.MarkOverflow(z, error);
            foreach (LinearTerm term in layers[l].Layer.Terms)
            {
                if (order.IsLastReader(term.Source, value))
                    a[term.Source] = e[term.Source] = [];
            }

            if (graph.NumberOf(value) is > 0 and var number)
            {
                seen(number, z, error);
                if (number >= last)
                    return;
            }

            if (!order.IsRead(value))
                continue;
            if (layers[l].Layer.IsRectifier)
                Elementwise.Rectify(z);
            layers[l].Layer.Smooth?.Apply(z, error);
            (a[value], e[value]) = (z, error);
        }
    }
}
