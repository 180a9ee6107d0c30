using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// One <see cref="CrownSubproblem"/> while <see cref="AlphaBetaCrown"/> works on it: its slopes and multipliers, the coefficients of the
/// last backward pass, gradients and their moments. Reused for one problem after another.
/// </summary>
/// <remarks>
/// Vectors run over all units of the layers' windows as if no phase were fixed; the few with a fixed phase are removed before
/// (coefficient 0) and restored afterwards, one by one. Arrays have slack, as <see cref="BackwardRow"/> asks.
/// </remarks>
/// <param name="paths">What the problems' layer depends on.</param>
/// <param name="plan">The windows of the current block.</param>
internal sealed class AlphaBetaCrownRow(BackwardPaths paths, WindowPlan plan)
{
    private const double MeanShare = 0.1;

    private readonly double[] cornerMean = new double[paths.ShapeOf(0).Count];
    private readonly List<PhaseMultiplier> phases = [];
    private double[] slope = [];
    private double[] bestSlope = [];
    private double[] coefficient = [];
    private double[] gradient = [];
    private AdamMoments moments = new(0);
    private double best;

    /// <summary>The problem.</summary>
    public CrownSubproblem Problem { get; private set; } = null!;

    /// <summary>Where the row's values lie in the workspace.</summary>
    public int Place { get; set; }

    /// <summary>Takes a problem, and starts from its slopes and multipliers; the windows are planned.</summary>
    /// <param name="problem">The problem; the bound that it already has is kept.</param>
    public void Take(CrownSubproblem problem)
    {
        Problem = problem;
        best = double.PositiveInfinity;
        int length = plan.Offsets[^1] + RowPadding.Length;
        if (slope.Length < length)
        {
            (slope, bestSlope, coefficient, gradient) = (new double[length], new double[length], new double[length], new double[length]);
            moments = new(length);
        }

        for (int l = 0; l < paths.Layers.Length; l++)
        {
            if (plan.Offsets[l + 1] > plan.Offsets[l])
                TakeSlopes(problem, l);
        }

        slope.CopyTo(bestSlope, 0);
        moments.Clear();
        phases.Clear();
        for (int s = 0; s < problem.Split.Length; s++)
        {
            // A rectifier that is listed twice counts once, and one that the neuron does not depend on not at all: fewer assumptions are
            // sound, too.
            if (!problem.Split.AsSpan(0, s).Contains(problem.Split[s]) && plan.Find(problem.Split[s]) is { Place: >= 0 } found)
                phases.Add(new(problem, s, found.Layer, found.Place));
        }
    }

    /// <summary>
    /// As in plain CROWN, with the row's own slopes, and with fixed phases: there the rectifier is linear, and the assumption enters with
    /// its multiplier.
    /// </summary>
    /// <param name="layer">0-based number of the layer.</param>
    /// <param name="lines">Its lines, over its window.</param>
    /// <param name="row">Coefficients over the units' outputs, which become those over the pre-activations; with slack.</param>
    /// <param name="envelope">Receives coefficients over the functions of the layer's <see cref="LayerEnvelope"/>; empty where it has
    /// none.</param>
    /// <param name="sums">The row's constant.</param>
    /// <remarks>
    /// A multiplier is added in floating point: what rounding leaves of it is still not negative, and any such multiplier is sound.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PassUnits(int layer, LayerLines lines, Span<double> row, Span<double> envelope, ref BackwardRow sums)
    {
        int offset = plan.Offsets[layer];
        row.CopyTo(coefficient.AsSpan(offset));
        if (lines.IsSmooth)
        {
            sums.PassSmooth(lines, row);
            return;
        }

        foreach (PhaseMultiplier phase in phases)
        {
            if (phase.Layer == layer)
                row[phase.Place - offset] = 0;
        }

        if (!envelope.IsEmpty)
            PassEnvelope(layer, lines, row, envelope, ref sums);
        sums.PassRectifiers(lines, slope.AsSpan(offset), row);
        foreach (PhaseMultiplier phase in phases)
        {
            if (phase.Layer != layer)
                continue;
            double d = phase.On ? coefficient[phase.Place] + phase.Multiplier : -phase.Multiplier;
            row[phase.Place - offset] = d;
            sums.PassFixed(lines, phase.Place - offset, d);
        }
    }

    /// <summary>Ends a backward pass: keeps its bound if it is the best so far.</summary>
    /// <param name="bound">The bound.</param>
    public void Compare(double bound)
    {
        if (!(bound < best))
            return;
        best = bound;
        Problem.Bound = Math.Min(Problem.Bound, bound);
        slope.CopyTo(bestSlope, 0);
        foreach (PhaseMultiplier phase in phases)
            phase.Keep();
    }

    /// <summary>Adds a corner where the bound is attained to the running mean.</summary>
    /// <param name="corner">The corner.</param>
    /// <param name="step">0-based number of the step.</param>
    public void Meet(ReadOnlySpan<double> corner, int step)
    {
        double share = Math.Max(1.0 / (step + 1), MeanShare);
        for (int i = 0; i < corner.Length; i++)
            cornerMean[i] += share * (corner[i] - cornerMean[i]);
    }

    /// <summary>Gradients of one layer from its pre-activations at the corner, which become the activations that the lines give.</summary>
    /// <param name="layer">0-based number of the layer.</param>
    /// <param name="z">Pre-activations; with slack.</param>
    /// <param name="above">Values of the functions of the layer's <see cref="LayerEnvelope"/>; empty where it has none.</param>
    /// <param name="gaps">True for the gap between each open rectifier's line and the rectifier, in place of the slope's gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Differentiate(int layer, Span<double> z, ReadOnlySpan<double> above, bool gaps)
    {
        int offset = plan.Offsets[layer];
        LayerLines lines = plan.LinesOf(layer);
        foreach (PhaseMultiplier phase in phases)
        {
            if (phase.Layer == layer)
                phase.Value = z[phase.Place - offset];
        }

        if (lines.IsSmooth)
            ForwardLines.Smooth(lines, offset, coefficient, z, gradient);
        else if (gaps)
            ForwardLines.Gaps(lines, offset, coefficient, slope, z, gradient);
        else
            ForwardLines.Gradients(lines, offset, coefficient, slope, z, gradient);
        if (!above.IsEmpty)
            DifferentiateEnvelope(layer, z, above, gaps);
        foreach (PhaseMultiplier phase in phases)
        {
            if (phase.Layer != layer)
                continue;
            gradient[phase.Place] = 0;
            z[phase.Place - offset] = phase.On ? phase.Value : 0;
        }
    }

    /// <summary>One step of Adam on slopes and multipliers, kept in their ranges.</summary>
    /// <param name="step">0-based number of the step.</param>
    /// <param name="descent">The steps' lengths.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Step(int step, AdamSchedule descent)
    {
        double rate = Math.Pow(descent.Decay, step);
        (double correctMean, double correctSquare) = AdamMoments.Corrections(step);
        moments.Step(slope, gradient, plan.Offsets[^1], descent.SlopeRate * rate * correctMean, correctSquare);
        foreach (PhaseMultiplier phase in phases)
        {
            double scale = Math.Max(Math.Abs(coefficient[phase.Place]), 1e-3);
            phase.Step(descent.MultiplierRate * scale * rate, correctMean, correctSquare);
        }
    }

    /// <summary>Stores the best slopes and multipliers in the problem.</summary>
    public void Keep()
    {
        for (int l = 0; l < paths.Layers.Length; l++)
        {
            if (plan.Offsets[l + 1] > plan.Offsets[l])
                KeepSlopes(l);
        }

        foreach (PhaseMultiplier phase in phases)
            Problem.Multipliers[phase.Number] = (float)phase.BestMultiplier;
    }

    /// <summary>
    /// Ends the work on a problem that stays open: stores its best slopes and multipliers and, from the gaps of the last pass, the loosest
    /// rectifiers.
    /// </summary>
    /// <param name="most">How many rectifiers to propose at most.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(int most)
    {
        Keep();
        Span<int> loosest = stackalloc int[most];
        int count = 0;
        for (int n = 0; n < plan.Offsets[^1]; n++)
        {
            if (!(gradient[n] > 0) || (count == most && gradient[n] <= gradient[loosest[count - 1]]))
                continue;
            int at = count < most ? count++ : count - 1;
            for (; at > 0 && gradient[loosest[at - 1]] < gradient[n]; at--)
                loosest[at] = loosest[at - 1];
            loosest[at] = n;
        }

        Problem.Mean = Array.ConvertAll(cornerMean, static v => (float)v);
        Problem.Loosest = new int[count];
        Problem.LineMultipliers = new float[count];
        for (int k = 0; k < count; k++)
        {
            Problem.Loosest[k] = plan.RectifierAt(loosest[k]);
            Problem.LineMultipliers[k] = (float)(Math.Max(0, -coefficient[loosest[k]]) * (1 - slope[loosest[k]]));
        }
    }

    /// <summary>
    /// Divides positive coefficients between the line above a rectifier and the function above it. What the slope is for a negative
    /// coefficient, the function's share is for a positive one: any share in [0,1] is sound.
    /// </summary>
    private void PassEnvelope(int layer, LayerLines lines, Span<double> row, Span<double> envelope, ref BackwardRow sums)
    {
        int offset = plan.Offsets[layer];
        LayerEnvelope functions = paths.Layers[layer].Envelope!;
        for (int i = 0; i < row.Length; i++)
        {
            double a = row[i];
            if (!(a > 0) || !functions.Has[i])
                continue;
            double share = slope[offset + i] * a;
            row[i] = a - share;
            envelope[i] = share;
            sums.PassEnvelope(share, a, functions.Intercepts[i], lines.Error[i]);
        }
    }

    private void DifferentiateEnvelope(int layer, Span<double> z, ReadOnlySpan<double> above, bool gaps)
    {
        int offset = plan.Offsets[layer];
        LayerEnvelope functions = paths.Layers[layer].Envelope!;
        for (int i = 0; i < z.Length; i++)
        {
            double a = coefficient[offset + i], share = slope[offset + i], lowered = above[i] - z[i];
            if (!(a > 0) || !functions.Has[i])
                continue;
            gradient[offset + i] = gaps ? gradient[offset + i] + (a * share * lowered) : a * lowered;
            z[i] += share * lowered;
        }
    }

    private void TakeSlopes(CrownSubproblem problem, int l)
    {
        LayerLines lines = plan.LinesOf(l);
        int offset = plan.Offsets[l], count = plan.Offsets[l + 1] - offset;
        Span<float> whole = problem.Slopes.AsSpan(paths.Offsets[l]);
        MapShape shape = paths.ShapeOf(l + 1);
        Window window = plan.WindowOf(l + 1);
        bool isWhole = window.IsWhole(shape);
        for (int i = 0; i < count; i++)
        {
            slope[offset + i] = lines.Open[i] != 0
                ? whole[isWhole ? i : WindowElements.ElementAt(i, shape, window)]
                : lines.LowerSlope[i];
        }
    }

    private void KeepSlopes(int l)
    {
        int offset = plan.Offsets[l], count = plan.Offsets[l + 1] - offset;
        Span<float> whole = Problem.Slopes.AsSpan(paths.Offsets[l]);
        MapShape shape = paths.ShapeOf(l + 1);
        Window window = plan.WindowOf(l + 1);
        bool isWhole = window.IsWhole(shape);
        for (int i = 0; i < count; i++)
            whole[isWhole ? i : WindowElements.ElementAt(i, shape, window)] = (float)bestSlope[offset + i];
    }
}
