using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

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
internal sealed class AlphaBetaCrown : IDisposable
{
    private const int RowBlock = 8;

    /// <summary>How many rectifiers a problem proposes for branching.</summary>
    private const int Candidates = 8;

    private readonly AffineLayer layer;
    private readonly ReluRelaxation[] below;
    private readonly PackedMatrix<double>[] forward;
    private readonly int inputs;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly int[] offsets;
    private readonly int widest;
    private readonly double gamma;
    private readonly double loss;

    /// <summary>Prepares for neurons of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="network">The hidden layers below it; at least one.</param>
    public AlphaBetaCrown(AffineLayer layer, RelaxedNetwork network)
    {
        this.layer = layer;
        below = [.. network.Layers];
        InputDomain domain = network.Domain;
        inputs = domain.Size!.Value;
        lower = RowPadding.Padded(domain.Lower.Span);
        upper = RowPadding.Padded(domain.Upper.Span);
        offsets = new int[below.Length + 1];
        for (int j = 0; j < below.Length; j++)
            offsets[j + 1] = offsets[j] + below[j].Layer.Outputs;
        forward = [.. below.Select(static r => PackedMatrix<double>.FromTransposed(r.Layer.Weights.Span, r.Layer.Outputs, r.Layer.Inputs))];
        widest = Math.Max(inputs, below.Max(static r => r.Layer.Outputs));
        gamma = Rounding.Gamma((2L * offsets[^1]) + inputs + 2);
        loss = below.Sum(static r => r.Loss);
    }

    /// <summary>The slopes that plain CROWN would take.</summary>
    public float[] PlainSlopes() => [.. below.SelectMany(static r => r.LowerSlope.Take(r.Layer.Outputs)).Select(static s => (float)s)];

    /// <summary>Optimises every problem separately, until its bound is at most 0 or no steps are left.</summary>
    /// <param name="problems">The problems; their slopes, multipliers, bounds, corners and loosest rectifiers are replaced.</param>
    /// <param name="descent">The number and the lengths of the gradient steps.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Optimize(CrownSubproblem[] problems, AdamSchedule descent, ParallelOptions parallel) =>
        ForBlocks(problems, parallel, (block, work) => OptimizeBlock(block, descent, work, parallel.CancellationToken));

    /// <summary>Bounds every problem once with the slopes and multipliers that it has.</summary>
    /// <param name="problems">The problems; their bounds are replaced.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Evaluate(CrownSubproblem[] problems, ParallelOptions parallel) =>
        ForBlocks(problems, parallel, (block, work) => Backward(work.Take(block), work));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedMatrix<double> matrix in forward)
            matrix.Dispose();
    }

    private void ForBlocks(CrownSubproblem[] problems, ParallelOptions parallel, Action<ArraySegment<CrownSubproblem>, Workspace> work) =>
        Parallel.For(
            0,
            (problems.Length + RowBlock - 1) / RowBlock,
            parallel,
            () => new Workspace(widest, below, offsets),
            (block, _, space) =>
            {
                work(new(problems, block * RowBlock, Math.Min(RowBlock, problems.Length - (block * RowBlock))), space);
                return space;
            },
            static _ => { });

    private void OptimizeBlock(ArraySegment<CrownSubproblem> problems, AdamSchedule descent, Workspace work, CancellationToken cancellation)
    {
        List<AlphaBetaCrownRow> open = work.Take(problems);
        for (int step = 0; step <= descent.Steps && open.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Backward(open, work);
            foreach (AlphaBetaCrownRow row in open)
            {
                if (row.Problem.Bound <= 0)
                    row.Keep();
            }

            open.RemoveAll(static r => r.Problem.Bound <= 0);
            if (open.Count == 0)
                return;

            // The remaining rows have kept their places in the workspace.
            Forward(open, work, step, last: step == descent.Steps);
            foreach (AlphaBetaCrownRow row in open)
            {
                if (step < descent.Steps)
                    row.Step(step, descent);
                else
                    row.Finish(Candidates);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Backward(List<AlphaBetaCrownRow> rows, Workspace work)
    {
        int count = rows.Count, top = below.Length - 1, width = layer.Inputs;
        for (int r = 0; r < count; r++)
        {
            rows[r].Place = r;
            rows[r].Start(layer, work.Rows.AsSpan(r * width, width));
        }

        for (int j = top; j >= 0; j--)
        {
            ReluRelaxation relaxation = below[j];
            int from = relaxation.Layer.Outputs, to = relaxation.Layer.Inputs;
            for (int r = 0; r < count; r++)
                rows[r].PassRectifiers(j, work.Rows.AsSpan(r * from, from));
            MatrixProduct.Multiply(work.Rows.AsSpan(0, count * from), count, relaxation.Packed, [], work.Next.AsSpan(0, count * to));
            work.Swap();
        }

        for (int r = 0; r < count; r++)
            rows[r].Concretise(work.Rows.AsSpan(r * inputs, inputs), lower, upper, gamma, loss);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward(List<AlphaBetaCrownRow> rows, Workspace work, int step, bool last)
    {
        // Rows holds the rows' coefficients over the input: turn each into its corner.
        int count = rows.Count;
        for (int r = 0; r < count; r++)
        {
            Span<double> coefficients = work.Rows.AsSpan(rows[r].Place * inputs, inputs), corner = work.Next.AsSpan(r * inputs, inputs);
            for (int i = 0; i < inputs; i++)
                corner[i] = coefficients[i] > 0 ? upper[i] : lower[i];
            rows[r].Meet(corner, step);
            if (last)
                rows[r].Problem.Corner = Array.ConvertAll(corner.ToArray(), static v => (float)v);
        }

        work.Swap();
        for (int j = 0; j < below.Length; j++)
        {
            int from = below[j].Layer.Inputs, to = below[j].Layer.Outputs;
            MatrixProduct.Multiply(
                work.Rows.AsSpan(0, count * from), count, forward[j], below[j].Layer.Bias.Span, work.Next.AsSpan(0, count * to));
            for (int r = 0; r < count; r++)
                rows[r].Differentiate(j, work.Next.AsSpan(r * to, to), gaps: last);
            work.Swap();
        }
    }

    private sealed class Workspace
    {
        private readonly AlphaBetaCrownRow[] rows = new AlphaBetaCrownRow[RowBlock];
        private readonly List<AlphaBetaCrownRow> taken = [];

        public Workspace(int widest, ReluRelaxation[] below, int[] offsets)
        {
            for (int r = 0; r < rows.Length; r++)
                rows[r] = new(below, offsets);
            Rows = new double[(RowBlock * widest) + RowPadding.Length];
            Next = new double[Rows.Length];
        }

        public double[] Rows { get; private set; }

        public double[] Next { get; private set; }

        public void Swap() => (Rows, Next) = (Next, Rows);

        /// <summary>One row for each of up to <see cref="RowBlock"/> problems.</summary>
        public List<AlphaBetaCrownRow> Take(ArraySegment<CrownSubproblem> problems)
        {
            taken.Clear();
            foreach (CrownSubproblem problem in problems)
            {
                rows[taken.Count].Take(problem);
                taken.Add(rows[taken.Count]);
            }

            return taken;
        }
    }
}
