using ExactCompression.Networks;

namespace ExactCompression.Bounds;

/// <summary>
/// Backward bounds whose free slopes and multipliers are optimised by gradient steps, separately for each row (alpha-CROWN: Xu et al., ICLR
/// 2021; multipliers of fixed phases as in beta-CROWN: Wang et al., NeurIPS 2021). Every step's bound is as rigorous as those of
/// <see cref="CrownBounds"/>; the best is kept.
/// </summary>
/// <remarks>
/// Gradients by hand: let <c>x*</c> be the corner where the bound's linear function is largest, and run it forward through the lines that
/// the backward pass chose, giving <c>z*</c>. The bound is then the linear network's value at <c>x*</c>, so its derivative is <c>A z*</c>
/// for the slope below a rectifier with coefficient <c>A &lt; 0</c>, and <c>phase z*</c> for a multiplier. What each open rectifier loses
/// against the true one at <c>z*</c> adds up to the whole gap between the bound and the neuron's value at <c>x*</c>: the largest is where
/// to branch.
/// </remarks>
internal sealed class AlphaBetaCrown
{
    private const int RowBlock = 8;

    /// <summary>Memory for problems at work, which hold slopes and two points of the input each; and for those that wait, with their
    /// slopes alone.</summary>
    private const long BytesAtWork = 512L << 20, BytesWaiting = 1L << 30;

    /// <summary>About what a problem takes beside these.</summary>
    private const long Overhead = 512;

    /// <summary>How many rectifiers a problem proposes for branching.</summary>
    private const int Candidates = 8;

    private readonly BackwardPaths paths;

    /// <summary>Prepares for neurons of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="network">The layers below it.</param>
    public AlphaBetaCrown(LoweredLayer layer, RelaxedGraph network)
    {
        paths = new(layer, [.. network.Layers], network);
        Network = network;
    }

    /// <summary>The layer of the neurons.</summary>
    public LoweredLayer Layer => paths.Start;

    /// <summary>The layers below.</summary>
    public RelaxedGraph Network { get; }

    /// <summary>Number of units below, each of which has a slope in every problem; that of a smooth function is not used.</summary>
    public int Rectifiers => paths.Offsets[^1];

    /// <summary>How many problems may be optimised together, so that they take no more than half a gigabyte.</summary>
    public int MostAtWork => Count(BytesAtWork, Rectifiers + (2L * paths.ShapeOf(0).Count));

    /// <summary>How many problems may wait to be split, so that they take no more than a gigabyte.</summary>
    public int MostWaiting => Count(BytesWaiting, Rectifiers);

    /// <summary>The slopes that plain CROWN would take.</summary>
    public float[] PlainSlopes() => [.. paths.Layers.Where(static r => !r.Layer.IsLinear)
        .SelectMany(static r => r.Lines.LowerSlope.Take(r.Layer.Width)).Select(static s => (float)s)];

    /// <summary>Optimises every problem separately, until its bound is at most 0 or no steps are left.</summary>
    /// <param name="problems">The problems; their slopes, multipliers, bounds, corners and loosest rectifiers are replaced.</param>
    /// <param name="descent">The number and the lengths of the gradient steps.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Optimize(CrownSubproblem[] problems, AdamSchedule descent, ParallelOptions parallel) =>
        ForBlocks(problems, parallel, work => OptimizeBlock(descent, work, parallel.CancellationToken));

    /// <summary>Bounds every problem once with the slopes and multipliers that it has.</summary>
    /// <param name="problems">The problems; their bounds are replaced.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Evaluate(CrownSubproblem[] problems, ParallelOptions parallel) =>
        ForBlocks(problems, parallel, static work => work.Bound());

    private void ForBlocks(CrownSubproblem[] problems, ParallelOptions parallel, Action<AlphaBetaCrownBlock> work)
    {
        var blocks = new NeuronBlocks(paths.Start.Shape, Array.ConvertAll(problems, static p => p.Neuron), RowBlock);
        Parallel.For(
            0,
            blocks.Count,
            parallel,
            () => new AlphaBetaCrownBlock(paths, RowBlock),
            (number, _, block) =>
            {
                block.Take(problems, blocks.Places(number), blocks.WindowOf(number));
                work(block);
                return block;
            },
            static _ => { });
    }

    private static int Count(long bytes, long numbers) =>
        (int)Math.Clamp(bytes / ((sizeof(float) * numbers) + Overhead), 64, int.MaxValue / 2);

    private static void OptimizeBlock(AdamSchedule descent, AlphaBetaCrownBlock block, CancellationToken cancellation)
    {
        List<AlphaBetaCrownRow> open = block.Rows;
        for (int step = 0; step <= descent.Steps && open.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            block.Bound();
            foreach (AlphaBetaCrownRow row in open)
            {
                if (row.Problem.Bound <= 0)
                    row.Keep();
            }

            open.RemoveAll(static r => r.Problem.Bound <= 0);
            if (open.Count == 0)
                return;

            // The remaining rows have kept their places in the block.
            block.Differentiate(step, last: step == descent.Steps);
            foreach (AlphaBetaCrownRow row in open)
            {
                if (step < descent.Steps)
                    row.Step(step, descent);
                else
                    row.Finish(Candidates);
            }
        }
    }
}
