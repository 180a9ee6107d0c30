using System.Runtime.CompilerServices;

namespace ExactCompression.Bounds;

/// <summary>
/// One <see cref="CrownSubproblem"/> while <see cref="AlphaBetaCrown"/> works on it: its slopes and multipliers, the coefficients of the
/// last backward pass, gradients and their moments. Reused for one problem after another.
/// </summary>
/// <remarks>
/// Vectors run over all rectifiers of a layer as if no phase were fixed; the few with a fixed phase are removed before (coefficient 0) and
/// restored afterwards, one by one. Arrays have slack, as <see cref="BackwardRow"/> asks.
/// </remarks>
internal sealed class AlphaBetaCrownRow
{
    private const double MeanShare = 0.1;

    private readonly ReluRelaxation[] below;
    private readonly int[] offsets;
    private readonly double[] slope;
    private readonly double[] bestSlope;
    private readonly double[] coefficient;
    private readonly double[] gradient;
    private readonly AdamMoments moments;
    private readonly double[] cornerMean;
    private readonly List<PhaseMultiplier> phases = [];
    private BackwardRow sums;
    private double best;

    /// <summary>Allocates the arrays.</summary>
    /// <param name="below">The layers below.</param>
    /// <param name="offsets">Where each one's rectifiers begin; and last, their total number.</param>
    public AlphaBetaCrownRow(ReluRelaxation[] below, int[] offsets)
    {
        this.below = below;
        this.offsets = offsets;
        int length = offsets[^1] + RowPadding.Length;
        slope = new double[length];
        bestSlope = new double[length];
        coefficient = new double[length];
        gradient = new double[length];
        moments = new(length);
        cornerMean = new double[below[0].Layer.Inputs];
        Problem = null!;
    }

    /// <summary>The problem.</summary>
    public CrownSubproblem Problem { get; private set; }

    /// <summary>Where the row's values lie in the workspace.</summary>
    public int Place { get; set; }

    /// <summary>Takes a problem, and starts from its slopes and multipliers.</summary>
    /// <param name="problem">The problem; the bound that it already has is kept.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(CrownSubproblem problem)
    {
        Problem = problem;
        best = double.PositiveInfinity;
        for (int j = 0; j < below.Length; j++)
        {
            for (int i = 0, n = offsets[j]; n < offsets[j + 1]; i++, n++)
                slope[n] = below[j].Open[i] != 0 ? problem.Slopes[n] : below[j].LowerSlope[i];
        }

        slope.CopyTo(bestSlope, 0);
        moments.Clear();
        phases.Clear();
        for (int s = 0; s < problem.Split.Length; s++)
        {
            // A rectifier that is listed twice counts once: fewer assumptions are sound, too.
            if (!problem.Split.AsSpan(0, s).Contains(problem.Split[s]))
                phases.Add(new(problem, s, offsets));
        }
    }

    /// <summary>Starts a backward pass.</summary>
    /// <param name="layer">The problem's layer.</param>
    /// <param name="row">Receives the coefficients over its inputs.</param>
    public void Start(AffineLayer layer, Span<double> row) =>
        sums = BackwardRow.Start(layer, Problem.Neuron, Problem.Above, below[^1].Output, row);

    /// <summary>
    /// As in plain CROWN, with the row's own slopes, and with fixed phases: there the rectifier is linear, and the assumption enters with
    /// its multiplier.
    /// </summary>
    /// <param name="layer">0-based number of the layer.</param>
    /// <param name="row">Coefficients over the rectifiers' outputs, which become those over the pre-activations; with slack.</param>
    /// <remarks>
    /// A multiplier is added in floating point: what rounding leaves of it is still not negative, and any such multiplier is sound.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PassRectifiers(int layer, Span<double> row)
    {
        int offset = offsets[layer];
        row.CopyTo(coefficient.AsSpan(offset));
        foreach (PhaseMultiplier phase in phases)
        {
            if (phase.Layer == layer)
                row[phase.Place - offset] = 0;
        }

        sums.PassRectifiers(below[layer], slope.AsSpan(offset), row);
        foreach (PhaseMultiplier phase in phases)
        {
            if (phase.Layer != layer)
                continue;
            double d = phase.On ? coefficient[phase.Place] + phase.Multiplier : -phase.Multiplier;
            row[phase.Place - offset] = d;
            sums.PassFixed(below[layer], phase.Place - offset, d);
        }
    }

    /// <summary>Ends a backward pass: bounds the row over the input box, and keeps the bound if it is the best so far.</summary>
    /// <param name="row">Coefficients over the network's inputs; with slack.</param>
    /// <param name="lower">Lower ends of the box; with slack.</param>
    /// <param name="upper">Upper ends of the box; with slack.</param>
    /// <param name="gamma">The rounding error of sums, relative to their size.</param>
    /// <param name="loss">The error of underflow.</param>
    public void Concretise(ReadOnlySpan<double> row, double[] lower, double[] upper, double gamma, double loss)
    {
        sums.Concretise(row, lower, upper);
        double bound = sums.Bound(gamma, loss);
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
    /// <param name="gaps">True for the gap between each open rectifier's line and the rectifier, in place of the slope's gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Differentiate(int layer, Span<double> z, bool gaps)
    {
        int offset = offsets[layer];
        foreach (PhaseMultiplier phase in phases)
        {
            if (phase.Layer == layer)
                phase.Value = z[phase.Place - offset];
        }

        if (gaps)
            ForwardLines.Gaps(below[layer], offset, coefficient, slope, z, gradient);
        else
            ForwardLines.Gradients(below[layer], offset, coefficient, slope, z, gradient);
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
        moments.Step(slope, gradient, offsets[^1], descent.SlopeRate * rate * correctMean, correctSquare);
        foreach (PhaseMultiplier phase in phases)
        {
            double scale = Math.Max(Math.Abs(coefficient[phase.Place]), 1e-3);
            phase.Step(descent.MultiplierRate * scale * rate, correctMean, correctSquare);
        }
    }

    /// <summary>Stores the best slopes and multipliers in the problem.</summary>
    public void Keep()
    {
        for (int n = 0; n < Problem.Slopes.Length; n++)
            Problem.Slopes[n] = (float)bestSlope[n];
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
        for (int n = 0; n < offsets[^1]; n++)
        {
            if (!(gradient[n] > 0) || (count == most && gradient[n] <= gradient[loosest[count - 1]]))
                continue;
            int at = count < most ? count++ : count - 1;
            for (; at > 0 && gradient[loosest[at - 1]] < gradient[n]; at--)
                loosest[at] = loosest[at - 1];
            loosest[at] = n;
        }

        Problem.Mean = Array.ConvertAll(cornerMean, static v => (float)v);
        Problem.Loosest = loosest[..count].ToArray();
        Problem.LineMultipliers = new float[count];
        for (int k = 0; k < count; k++)
            Problem.LineMultipliers[k] = (float)(Math.Max(0, -coefficient[loosest[k]]) * (1 - slope[loosest[k]]));
    }
}
