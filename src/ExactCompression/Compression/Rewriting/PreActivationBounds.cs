using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// Proven bounds of every hidden pre-activation of a network over a domain: interval arithmetic, tightened by what a table has proven. They
/// hold for every network within the radii of its layers.
/// </summary>
internal sealed class PreActivationBounds
{
    private readonly double[][] lower;
    private readonly double[][] upper;

    private PreActivationBounds(double[][] lower, double[][] upper)
    {
        this.lower = lower;
        this.upper = upper;
    }

    /// <summary>Lower bounds of a layer; 1-based, the output layer last.</summary>
    public double[] Lower(int layer) => lower[layer - 1];

    /// <summary>Upper bounds of a layer; 1-based, the output layer last.</summary>
    public double[] Upper(int layer) => upper[layer - 1];

    /// <summary>The domain as a box.</summary>
    public static Box DomainBox(InputDomain domain) => new(domain.Lower.Span, domain.Upper.Span);

    /// <summary>The box of a layer's activations <c>max(0, z)</c>.</summary>
    public Box Activations(int layer)
    {
        double[] low = Array.ConvertAll(Lower(layer), static z => Math.Max(0, z));
        double[] high = Array.ConvertAll(Upper(layer), static z => Math.Max(0, z));
        return new(low, high);
    }

    /// <summary>Interval arithmetic alone.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The domain, of its size.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static PreActivationBounds Of(ReluNetwork network, InputDomain domain, CancellationToken cancellation = default) =>
        Of(network, domain, null, cancellation);

    /// <summary>Interval arithmetic intersected with the bounds and verdicts of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static PreActivationBounds Of(StabilityTable table, CancellationToken cancellation = default) => Of(
        table.Network, table.Domain, table.IsImported ? [.. table.Neurons.Select(WithoutBounds)] : table.Neurons, cancellation);

    private static PreActivationBounds Of(
        ReluNetwork network, InputDomain domain, IReadOnlyList<NeuronStability>? verdicts, CancellationToken cancellation)
    {
        var bounds = new PreActivationBounds(new double[network.Depth + 1][], new double[network.Depth + 1][]);
        Box box = DomainBox(domain);
        int at = 0;
        for (int number = 1; number <= network.Depth + 1; number++)
        {
            AffineLayer layer = network.DenseLayers[number - 1];
            double[] low = bounds.lower[number - 1] = new double[layer.Outputs];
            double[] high = bounds.upper[number - 1] = new double[layer.Outputs];
            Box inputs = box;
            RowBlocks.Run(
                layer.Outputs,
                layer.Inputs,
                (first, end) =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    for (int i = first; i < end; i++)
                        (low[i], high[i]) = LayerRadius.Range(layer, i, inputs);
                },
                cancellation);
            for (int i = 0; i < layer.Outputs && verdicts is not null && number <= network.Depth; i++)
                (low[i], high[i]) = Cut(low[i], high[i], verdicts[at++]);

            if (number <= network.Depth)
                box = bounds.Activations(number);
        }

        return bounds;
    }

    /// <summary>A verdict alone: the bounds of a table from a file are not proven.</summary>
    private static NeuronStability WithoutBounds(NeuronStability verdict) =>
        new() { Layer = verdict.Layer, Neuron = verdict.Neuron, State = verdict.State };

    /// <summary>The intersection of an interval and a verdict; the interval alone where they contradict each other.</summary>
    private static (double Lower, double Upper) Cut(double lower, double upper, NeuronStability verdict)
    {
        double low = Math.Max(lower, verdict.State == NeuronState.StablyActive ? 0 : double.NegativeInfinity);
        double high = Math.Min(upper, verdict.State == NeuronState.StablyInactive ? 0 : double.PositiveInfinity);
        if (!double.IsNaN(verdict.LowerBound))
            low = Math.Max(low, verdict.LowerBound);
        if (!double.IsNaN(verdict.UpperBound))
            high = Math.Min(high, verdict.UpperBound);
        return low <= high ? (low, high) : (lower, upper);
    }
}
