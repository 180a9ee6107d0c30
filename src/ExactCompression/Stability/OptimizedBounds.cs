using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Stability;

/// <summary>
/// Backward bounds whose free slopes and multipliers are optimised by gradient for each row by itself (alpha-CROWN: Xu et al., ICLR 2021; multipliers of fixed phases as in beta-CROWN: Wang et al., NeurIPS 2021).
/// Every step's bound is rigorous as those of <see cref="CrownBounds"/> are; the best is kept.
/// </summary>
/// <remarks>
/// Gradients by hand: let <c>x*</c> be the corner where the bound's linear function is largest, and run it forward through the lines that the backward pass chose, giving <c>z*</c>. The bound is then
/// the linear network's value at <c>x*</c>, so its derivative is <c>A z*</c> for the slope below a rectifier with coefficient <c>A &lt; 0</c>, and <c>phase z*</c> for a multiplier.
/// What each open rectifier loses against the true one at <c>z*</c> adds up to the whole gap between the bound and the neuron's value at <c>x*</c>: the largest is where to branch.
/// </remarks>
internal sealed class OptimizedBounds : IDisposable
{
    private const int RowBlock = 8;

    /// <summary>How many rectifiers a problem names for branching.</summary>
    private const int Candidates = 8;

    private readonly AffineLayer layer;
    private readonly IReadOnlyList<ReluRelaxation> below;
    private readonly PackedMatrix<double>[] forward;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly int[] offsets;
    private readonly int widest;
    private readonly double gamma;
    private readonly double loss;

    public OptimizedBounds(InputDomain domain, AffineLayer layer, IReadOnlyList<ReluRelaxation> below)
    {
        this.layer = layer;
        this.below = below;
        lower = domain.Lower.ToArray();
        upper = domain.Upper.ToArray();
        offsets = new int[below.Count + 1];
        for (int j = 0; j < below.Count; j++)
            offsets[j + 1] = offsets[j] + below[j].Layer.Outputs;
        forward = [.. below.Select(static r => PackedMatrix<double>.FromTransposed(r.Layer.Weights.Span, r.Layer.Outputs, r.Layer.Inputs))];
        widest = Math.Max(lower.Length, below.Max(static r => r.Layer.Outputs));
        gamma = Rounding.Gamma((2L * offsets[^1]) + lower.Length + 2);
        loss = below.Sum(static r => r.Loss);
    }

    /// <summary>The slopes that plain CROWN would take.</summary>
    public float[] PlainSlopes() => [.. below.SelectMany(static r => r.LowerSlope).Select(static s => (float)s)];

    /// <summary>Optimises every problem by itself, until its bound is at most 0 or the steps are used up.</summary>
    /// <param name="problems">The problems; their slopes, multipliers, bounds, corners and loosest rectifiers are replaced.</param>
    /// <param name="descent">How many gradient steps, and how long.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Optimize(BoundProblem[] problems, Descent descent, ParallelOptions parallel) =>
        ForBlocks(problems, parallel, (block, work) => OptimizeBlock(block, descent, work, parallel.CancellationToken));

    /// <summary>Bounds every problem once with the slopes and multipliers that it has.</summary>
    /// <param name="problems">The problems; their bounds are replaced.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Evaluate(BoundProblem[] problems, ParallelOptions parallel) => ForBlocks(problems, parallel, (block, work) => Backward([.. block.Select(p => new Row(p, offsets[^1]))], work));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedMatrix<double> matrix in forward)
            matrix.Dispose();
    }

    private void ForBlocks(BoundProblem[] problems, ParallelOptions parallel, Action<ArraySegment<BoundProblem>, Workspace> work) =>
        Parallel.For(
            0,
            (problems.Length + RowBlock - 1) / RowBlock,
            parallel,
            () => new Workspace(RowBlock, widest),
            (block, _, space) =>
            {
                work(new(problems, block * RowBlock, Math.Min(RowBlock, problems.Length - (block * RowBlock))), space);
                return space;
            },
            static _ => { });

    private void OptimizeBlock(ArraySegment<BoundProblem> problems, Descent descent, Workspace work, CancellationToken cancellation)
    {
        var open = new List<Row>();
        foreach (BoundProblem problem in problems)
            open.Add(new(problem, offsets[^1]));
        for (int step = 0; step <= descent.Steps && open.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Backward(open, work);
            open.RemoveAll(static r => r.Problem.Bound <= 0);
            if (open.Count == 0)
                return;

            // The rows that are left have kept their places in the workspace.
            Forward(open, work, last: step == descent.Steps);
            foreach (Row row in open)
            {
                if (step < descent.Steps)
                    row.Step(step, descent);
                else
                    row.NameLoosest();
            }
        }
    }

    private void Backward(List<Row> rows, Workspace work)
    {
        int count = rows.Count, top = below.Count - 1, width = layer.Inputs;
        for (int r = 0; r < count; r++)
        {
            rows[r].Place = r;
            rows[r].Start(layer, below[top].Output, work.Rows.AsSpan(r * width, width));
        }

        for (int j = top; j >= 0; j--)
        {
            ReluRelaxation relaxation = below[j];
            int from = relaxation.Layer.Outputs, to = relaxation.Layer.Inputs;
            for (int r = 0; r < count; r++)
                rows[r].PassRectifiers(relaxation, offsets[j], work.Rows.AsSpan(r * from, from));
            MatrixProduct.Multiply(work.Rows.AsSpan(0, count * from), count, relaxation.Packed, [], work.Next.AsSpan(0, count * to));
            work.Swap();
        }

        for (int r = 0; r < count; r++)
            rows[r].Concretise(work.Rows.AsSpan(r * lower.Length, lower.Length), lower, upper, gamma, loss);
    }

    private void Forward(List<Row> rows, Workspace work, bool last)
    {
        // The rows' coefficients over the input lie in Rows: turn each into its corner.
        int count = rows.Count, inputs = lower.Length;
        for (int r = 0; r < count; r++)
        {
            Span<double> coefficients = work.Rows.AsSpan(rows[r].Place * inputs, inputs), corner = work.Next.AsSpan(r * inputs, inputs);
            for (int i = 0; i < inputs; i++)
                corner[i] = coefficients[i] > 0 ? upper[i] : lower[i];
            if (last)
                rows[r].Problem.Corner = Array.ConvertAll(corner.ToArray(), static v => (float)v);
        }

        work.Swap();
        for (int j = 0; j < below.Count; j++)
        {
            int from = below[j].Layer.Inputs, to = below[j].Layer.Outputs;
            MatrixProduct.Multiply(work.Rows.AsSpan(0, count * from), count, forward[j], below[j].Layer.Bias.Span, work.Next.AsSpan(0, count * to));
            for (int r = 0; r < count; r++)
                rows[r].Differentiate(below[j], offsets[j], work.Next.AsSpan(r * to, to));
            work.Swap();
        }
    }

    private sealed class Workspace(int rows, int widest)
    {
        public double[] Rows { get; private set; } = new double[rows * widest];

        public double[] Next { get; private set; } = new double[rows * widest];

        public void Swap() => (Rows, Next) = (Next, Rows);
    }

    /// <summary>One problem while it is optimised: the coefficients of the last backward pass, gradients and their moments.</summary>
    private sealed class Row
    {
        private const double FirstMoment = 0.9, SecondMoment = 0.999;

        private readonly float[] slopes;
        private readonly float[] multipliers;
        private readonly sbyte[] phase;
        private readonly double[] coefficient;
        private readonly double[] multiplier;
        private readonly double[] gradient;
        private readonly double[] mean;
        private readonly double[] square;
        private double constant;
        private double size;
        private double error;
        private readonly double[] gaps;

        public Row(BoundProblem problem, int total)
        {
            Problem = problem;
            slopes = [.. problem.Slopes];
            multipliers = [.. problem.Multipliers];
            phase = new sbyte[total];
            multiplier = new double[total];
            for (int s = 0; s < problem.Split.Length; s++)
            {
                phase[problem.Split[s]] = problem.Phases[s];
                multiplier[problem.Split[s]] = multipliers[s];
            }

            coefficient = new double[total];
            gradient = new double[total];
            mean = new double[total];
            square = new double[total];
            gaps = new double[total];
            problem.Bound = double.PositiveInfinity;
        }

        public BoundProblem Problem { get; }

        public int Place { get; set; }

        public void Start(AffineLayer layer, ActivationRange input, Span<double> row)
        {
            layer.Row(Problem.Neuron).CopyTo(row);
            constant = layer.Bias.Span[Problem.Neuron];
            if (!Problem.Above)
            {
                for (int i = 0; i < row.Length; i++)
                    row[i] = -row[i];
                constant = -constant;
            }

            size = Math.Abs(constant);
            error = input.RadiusOf(layer, Problem.Neuron);
        }

        /// <summary>As in <see cref="CrownBounds"/>, with the row's own slopes, and with fixed phases: there the rectifier is linear, and the assumption enters with its multiplier.</summary>
        /// <remarks>A multiplier is added in floating point: what is left of it after rounding is still not negative, and any such multiplier is sound.</remarks>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void PassRectifiers(ReluRelaxation relaxation, int offset, Span<double> row)
        {
            ReadOnlySpan<double> bias = relaxation.Layer.Bias.Span;
            for (int i = 0; i < row.Length; i++)
            {
                double a = row[i];
                int n = offset + i;
                coefficient[n] = a;
                double d;
                if (phase[n] != 0)
                {
                    d = phase[n] > 0 ? a + multiplier[n] : -multiplier[n];
                }
                else if (a > 0)
                {
                    d = a * relaxation.UpperSlope[i];
                    double t = a * relaxation.UpperIntercept[i];
                    constant += t;
                    size += t;
                }
                else
                {
                    d = a * LowerSlope(relaxation, i, n);
                }

                row[i] = d;
                if (a == 0 && d == 0)
                    continue;
                double b = d * bias[i];
                constant += b;
                size += Math.Abs(b);
                error += (Math.Abs(d) * relaxation.Error[i]) + Rounding.Underflow;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Concretise(ReadOnlySpan<double> row, double[] lower, double[] upper, double gamma, double loss)
        {
            double sum = 0;
            for (int i = 0; i < row.Length; i++)
            {
                double t = row[i] * (row[i] > 0 ? upper[i] : lower[i]);
                sum += t;
                size += Math.Abs(t);
            }

            double bound = Math.BitIncrement(constant + sum + ((error * (1 + 1e-9)) + (gamma * size) + loss));
            if (!(bound < Problem.Bound))
                return;
            Problem.Bound = bound;
            slopes.CopyTo(Problem.Slopes, 0);
            multipliers.CopyTo(Problem.Multipliers, 0);
        }

        /// <summary>Gradients of one layer from its pre-activations at the corner, which become the activations that the lines give.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Differentiate(ReluRelaxation relaxation, int offset, Span<double> z)
        {
            for (int i = 0; i < z.Length; i++)
            {
                int n = offset + i;
                double a = coefficient[n], value = z[i];
                if (phase[n] != 0)
                {
                    gradient[n] = phase[n] * value;
                    gaps[n] = 0;
                    z[i] = phase[n] > 0 ? value : 0;
                    continue;
                }

                double line = a > 0 ? (relaxation.UpperSlope[i] * value) + relaxation.UpperIntercept[i] : LowerSlope(relaxation, i, n) * value;
                gradient[n] = a < 0 && relaxation.IsOpen(i) ? a * value : 0;
                z[i] = line;
                gaps[n] = relaxation.IsOpen(i) ? a * (line - Math.Max(0, value)) : 0;
            }
        }

        /// <summary>Picks the rectifiers with the largest gaps.</summary>
        public void NameLoosest()
        {
            Span<int> best = stackalloc int[Candidates];
            int count = 0;
            for (int n = 0; n < gaps.Length; n++)
            {
                if (!(gaps[n] > 0) || (count == Candidates && gaps[n] <= gaps[best[count - 1]]))
                    continue;
                int at = count < Candidates ? count++ : count - 1;
                for (; at > 0 && gaps[best[at - 1]] < gaps[n]; at--)
                    best[at] = best[at - 1];
                best[at] = n;
            }

            Problem.Loosest = best[..count].ToArray();
        }

        /// <summary>One step of Adam on slopes and multipliers, kept in their ranges.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Step(int step, Descent descent)
        {
            double rate = Math.Pow(descent.Decay, step), correctMean = 1 - Math.Pow(FirstMoment, step + 1), correctSquare = 1 - Math.Pow(SecondMoment, step + 1);
            for (int n = 0; n < slopes.Length; n++)
            {
                double g = gradient[n];
                if (phase[n] != 0 || (g == 0 && mean[n] == 0))
                    continue;
                slopes[n] = (float)Math.Clamp(slopes[n] - (descent.SlopeRate * rate * Moment(n, g, correctMean, correctSquare)), 0, 1);
            }

            for (int s = 0; s < multipliers.Length; s++)
            {
                int n = Problem.Split[s];
                double scale = Math.Max(Math.Abs(coefficient[n]), 1e-3);
                multipliers[s] = (float)Math.Max(0, multipliers[s] - (descent.MultiplierRate * scale * rate * Moment(n, gradient[n], correctMean, correctSquare)));
                multiplier[n] = multipliers[s];
            }
        }

        private double LowerSlope(ReluRelaxation relaxation, int i, int n) => relaxation.IsOpen(i) ? slopes[n] : relaxation.LowerSlope[i];

        private double Moment(int n, double g, double correctMean, double correctSquare)
        {
            mean[n] = (FirstMoment * mean[n]) + ((1 - FirstMoment) * g);
            square[n] = (SecondMoment * square[n]) + ((1 - SecondMoment) * g * g);
            return mean[n] / correctMean / (Math.Sqrt(square[n] / correctSquare) + 1e-12);
        }
    }
}
