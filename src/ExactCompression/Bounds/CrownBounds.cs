using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// Backward linear bound propagation (CROWN, DeepPoly): the pre-activations of some neurons are bounded by linear functions of the
/// network's input, and these over the input box. Every bound holds in real arithmetic: see <see cref="BackwardRow"/>.
/// </summary>
internal sealed class CrownBounds
{
    /// <summary>Rows that are propagated together on one thread: enough to use the weights while they are in cache.</summary>
    private const int RowBlock = 16;

    private readonly RelaxedGraph network;
    private readonly LayerRelaxation[] below;

    /// <summary>Prepares for rows over the layers that a graph has by now.</summary>
    /// <param name="network">The layers below.</param>
    public CrownBounds(RelaxedGraph network)
    {
        this.network = network;
        below = [.. network.Layers];
    }

    /// <summary>Takes the linear function of the input that bounds a neuron, <c>z</c> or <c>-z</c> from above.</summary>
    /// <param name="place">The neuron's place among those to be bounded.</param>
    /// <param name="window">The function's coefficients are 0 outside this window.</param>
    /// <param name="coefficients">The coefficients in the window.</param>
    public delegate void FunctionReader(int place, Window window, ReadOnlySpan<double> coefficients);

    /// <summary>
    /// Adds the layers of a graph up to one with rectifiers, those of smooth functions among them with linear bounds: the tighter these
    /// are, the tighter are the lines above and below the functions.
    /// </summary>
    /// <param name="network">The layers below.</param>
    /// <param name="number">1-based, among the layers with rectifiers; those before have been added.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    /// <returns>The layer with rectifiers, which is not added.</returns>
    public static LoweredLayer Advance(RelaxedGraph network, int number, ParallelOptions parallel) =>
        network.AdvanceTo(number, (layer, lower, upper) => Tighten(
            network, layer, [.. Enumerable.Range(0, layer.Width)], lower, upper, parallel), parallel);

    /// <summary>Tightens bounds of pre-activations of a layer; a NaN, or an infinity of the wrong sign, proves nothing.</summary>
    /// <param name="network">The layers below.</param>
    /// <param name="layer">The layer, which takes none but their values.</param>
    /// <param name="neurons">0-based neurons of it.</param>
    /// <param name="lower">Proven lower bounds of all of its neurons.</param>
    /// <param name="upper">Proven upper bounds.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public static void Tighten(
        RelaxedGraph network, LoweredLayer layer, int[] neurons, double[] lower, double[] upper, ParallelOptions parallel)
    {
        if (network.Layers.Count == 0 || neurons.Length == 0)
            return; // intervals right above the input are the exact ranges
        double[] low = new double[neurons.Length], high = new double[neurons.Length];
        var bounds = new CrownBounds(network);
        bounds.Bound(layer, neurons, above: true, high, null, parallel);
        bounds.Bound(layer, neurons, above: false, low, null, parallel);
        for (int k = 0; k < neurons.Length; k++)
        {
            int i = neurons[k];
            if (low[k] > lower[i] && !double.IsPositiveInfinity(low[k]))
                lower[i] = low[k];
            if (high[k] < upper[i] && !double.IsNegativeInfinity(high[k]))
                upper[i] = high[k];
        }
    }

    /// <summary>Bounds pre-activations of a layer above from one side.</summary>
    /// <param name="layer">A layer that takes none but values of the layers below.</param>
    /// <param name="neurons">0-based neurons of that layer.</param>
    /// <param name="above">True for upper bounds, false for lower bounds.</param>
    /// <param name="bounds">Receives one bound a neuron.</param>
    /// <param name="read">Takes the function of each neuron, on any thread; null if not needed.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Bound(
        LoweredLayer layer, int[] neurons, bool above, double[] bounds, FunctionReader? read, ParallelOptions parallel)
    {
        var paths = new BackwardPaths(layer, below, network);
        var blocks = new NeuronBlocks(layer.Shape, neurons, RowBlock);
        Parallel.For(
            0,
            blocks.Count,
            parallel,
            () => new BackwardBlock(paths, RowBlock),
            (number, _, block) =>
            {
                BoundBlock(new(neurons, blocks, number, above), block, bounds, read, parallel.CancellationToken);
                return block;
            },
            static _ => { });
    }

    private static void BoundBlock(
        PlainRows rows, BackwardBlock block, double[] bounds, FunctionReader? read, CancellationToken cancellation)
    {
        BackwardPaths paths = block.Paths;
        ReadOnlySpan<int> places = rows.Places;
        block.Plan.Prepare(rows.Window);
        block.Run(rows, places.Length);
        for (int r = 0; r < places.Length; r++)
        {
            Span<double> row = block.InputRow(r);
            read?.Invoke(places[r], block.Plan.WindowOf(0), row);
            ref BackwardRow sums = ref block.Sums[r];
            sums.Concretise(row, block.Plan.Lower, block.Plan.Upper);
            double bound = sums.Bound(paths.Gamma, paths.Loss);
            if (!sums.IsBias)
            {
                (int neuron, bool above) = rows.Target(r);
                bool isOpen = bound > 0 && sums.Constant - sums.Charge(paths.Gamma, paths.Loss) <= 0 && double.IsFinite(bound);
                if (isOpen && ExactCrown.ProvesSign(paths, neuron, above, cancellation))
                    bound = 0;
            }

            bounds[places[r]] = rows.Above ? bound : -bound;
        }
    }

    /// <summary>Rows with the slopes that the layers have.</summary>
    private readonly struct PlainRows(int[] neurons, NeuronBlocks blocks, int number, bool above) : IBackwardRows
    {
        public bool Above => above;

        public Window Window => blocks.WindowOf(number);

        public ReadOnlySpan<int> Places => blocks.Places(number);

        public (int Neuron, bool Above) Target(int row) => (neurons[Places[row]], above);

        public void PassUnits(
            int row, int layer, LayerLines lines, Span<double> coefficients, Span<double> envelope, ref BackwardRow sums)
        {
            if (lines.IsSmooth)
                sums.PassSmooth(lines, coefficients);
            else
                sums.PassRectifiers(lines, lines.LowerSlope, coefficients);
        }
    }
}
