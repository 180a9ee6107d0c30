using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Bounds;

/// <summary>
/// One <see cref="CrownSubproblem"/> while <see cref="AlphaBetaCrown"/> works on it: its slopes and multipliers, the coefficients of the
/// last backward pass, gradients and their moments. Used again for one problem after another.
/// </summary>
/// <remarks>
/// Vectors run over all rectifiers of a layer as if no phase were fixed; the few with a fixed phase are taken out before (coefficient 0)
/// and put back after, one by one. Arrays have slack, as <see cref="BackwardRow"/> asks.
/// </remarks>
internal sealed class AlphaBetaCrownRow
{
    private const double FirstMoment = 0.9, SecondMoment = 0.999, MeanShare = 0.1;

    private readonly ReluRelaxation[] below;
    private readonly int[] offsets;
    private readonly double[] slope;
    private readonly double[] bestSlope;
    private readonly double[] coefficient;
    private readonly double[] gradient;
    private readonly double[] mean;
    private readonly double[] square;
    private readonly double[] cornerMean;
    private readonly List<FixedPhase> phases = [];
    private BackwardRow sums;
    private double best;

    /// <summary>Makes room.</summary>
    /// <param name="below">The layers below.</param>
    /// <param name="offsets">Where each one's rectifiers begin; last, their number.</param>
    public AlphaBetaCrownRow(ReluRelaxation[] below, int[] offsets)
    {
        this.below = below;
        this.offsets = offsets;
        int length = offsets[^1] + BackwardRow.Slack;
        slope = new double[length];
        bestSlope = new double[length];
        coefficient = new double[length];
        gradient = new double[length];
        mean = new double[length];
        square = new double[length];
        cornerMean = new double[below[0].Layer.Inputs];
        Problem = null!;
    }

    /// <summary>The problem.</summary>
    public CrownSubproblem Problem { get; private set; }

    /// <summary>Where the row's values lie in the workspace.</summary>
    public int Place { get; set; }

    /// <summary>Takes a problem, and begins with its slopes and multipliers.</summary>
    /// <param name="problem">The problem; what is known of its bound already stays.</param>
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
        mean.AsSpan().Clear();
        square.AsSpan().Clear();
        phases.Clear();
        for (int s = 0; s < problem.Split.Length; s++)
        {
            // A rectifier that is named twice counts once: fewer assumptions are sound, too.
            if (!problem.Split.AsSpan(0, s).Contains(problem.Split[s]))
                phases.Add(new(problem, s, offsets));
        }
    }

    /// <summary>Begins a backward pass.</summary>
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
    /// A multiplier is added in floating point: what is left of it after rounding is still not negative, and any such multiplier is sound.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PassRectifiers(int layer, Span<double> row)
    {
        int offset = offsets[layer];
        row.CopyTo(coefficient.AsSpan(offset));
        foreach (FixedPhase phase in phases)
        {
            if (phase.Layer == layer)
                row[phase.Place - offset] = 0;
        }

        sums.PassRectifiers(below[layer], slope.AsSpan(offset), row);
        foreach (FixedPhase phase in phases)
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
    /// <param name="gamma">What sums may lose, as a share of their size.</param>
    /// <param name="loss">What underflow may lose.</param>
    public void Concretise(ReadOnlySpan<double> row, double[] lower, double[] upper, double gamma, double loss)
    {
        sums.Concretise(row, lower, upper);
        double bound = sums.Bound(gamma, loss);
        if (!(bound < best))
            return;
        best = bound;
        Problem.Bound = Math.Min(Problem.Bound, bound);
        slope.CopyTo(bestSlope, 0);
        foreach (FixedPhase phase in phases)
            phase.BestMultiplier = phase.Multiplier;
    }

    /// <summary>Takes a corner where the bound is reached into their mean.</summary>
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
    /// <param name="gaps">True for what each open rectifier's line loses against the rectifier, in place of the slope's gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Differentiate(int layer, Span<double> z, bool gaps)
    {
        int offset = offsets[layer];
        foreach (FixedPhase phase in phases)
        {
            if (phase.Layer == layer)
                phase.Value = z[phase.Place - offset];
        }

        if (gaps)
            Gaps(below[layer], offset, z);
        else
            Gradients(below[layer], offset, z);
        foreach (FixedPhase phase in phases)
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
        double rate = Math.Pow(descent.Decay, step), correctMean = 1 / (1 - Math.Pow(FirstMoment, step + 1)),
            correctSquare = 1 / (1 - Math.Pow(SecondMoment, step + 1));
        StepSlopes(descent.SlopeRate * rate * correctMean, correctSquare);
        foreach (FixedPhase phase in phases)
        {
            double g = phase.On ? phase.Value : -phase.Value;
            phase.Mean = (FirstMoment * phase.Mean) + ((1 - FirstMoment) * g);
            phase.Square = (SecondMoment * phase.Square) + ((1 - SecondMoment) * g * g);
            double scale = Math.Max(Math.Abs(coefficient[phase.Place]), 1e-3);
            phase.Multiplier = Math.Max(
                0, phase.Multiplier
                    - (descent.MultiplierRate * scale * rate
                        * (phase.Mean * correctMean / (Math.Sqrt(phase.Square * correctSquare) + 1e-12))));
        }
    }

    /// <summary>Hands over the best slopes and multipliers.</summary>
    public void Keep()
    {
        for (int n = 0; n < Problem.Slopes.Length; n++)
            Problem.Slopes[n] = (float)bestSlope[n];
        foreach (FixedPhase phase in phases)
            Problem.Multipliers[phase.Number] = (float)phase.BestMultiplier;
    }

    /// <summary>
    /// Ends the work on a problem that stays open: hands over its best slopes and multipliers and, from the gaps of the last pass, the
    /// rectifiers that lose most.
    /// </summary>
    /// <param name="most">How many rectifiers to name at most.</param>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gradients(ReluRelaxation relaxation, int offset, Span<double> z)
    {
        ref double values = ref MemoryMarshal.GetReference(z);
        ref double coefficients = ref coefficient[offset], slopes = ref slope[offset], gradients = ref gradient[offset];
        ref double above = ref MemoryMarshal.GetArrayDataReference(relaxation.UpperSlope);
        ref double intercepts = ref MemoryMarshal.GetArrayDataReference(relaxation.UpperIntercept);
        ref double open = ref MemoryMarshal.GetArrayDataReference(relaxation.Open);
        Vector512<double> zero = Vector512<double>.Zero;
        for (int i = 0; i < z.Length; i += Vector512<double>.Count)
        {
            nuint at = (nuint)i;
            Vector512<double> mask = BackwardRow.Lanes(z.Length - i), a = Vector512.LoadUnsafe(ref coefficients, at),
                value = Vector512.LoadUnsafe(ref values, at), up = Vector512.GreaterThan(a, zero);
            Vector512<double> free = Vector512.LessThan(a, zero) & Vector512.GreaterThan(Vector512.LoadUnsafe(ref open, at), zero);
            Vector512<double> slope = Vector512.ConditionalSelect(
                up, Vector512.LoadUnsafe(ref above, at), Vector512.LoadUnsafe(ref slopes, at));
            Vector512<double> line = (slope * value) + (Vector512.LoadUnsafe(ref intercepts, at) & up);
            Vector512.ConditionalSelect(mask, (a * value) & free, Vector512.LoadUnsafe(ref gradients, at)).StoreUnsafe(ref gradients, at);
            Vector512.ConditionalSelect(mask, line, value).StoreUnsafe(ref values, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gaps(ReluRelaxation relaxation, int offset, Span<double> z)
    {
        for (int i = 0; i < z.Length; i++)
        {
            double a = coefficient[offset + i], value = z[i];
            double line = a > 0 ? (relaxation.UpperSlope[i] * value) + relaxation.UpperIntercept[i] : slope[offset + i] * value;
            gradient[offset + i] = relaxation.IsOpen(i) ? a * (line - Math.Max(0, value)) : 0;
            z[i] = line;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StepSlopes(double rate, double correctSquare)
    {
        Vector512<double> zero = Vector512<double>.Zero, one = Vector512<double>.One, tiny = Vector512.Create(1e-12);
        for (int n = 0; n < offsets[^1]; n += Vector512<double>.Count)
        {
            // Lanes behind the last rectifier are slack: nobody reads them.
            nuint at = (nuint)n;
            ref double means = ref mean[0], squares = ref square[0], slopes = ref slope[0];
            Vector512<double> g = Vector512.LoadUnsafe(ref gradient[0], at);
            Vector512<double> m = (Vector512.LoadUnsafe(ref means, at) * FirstMoment) + (g * (1 - FirstMoment));
            Vector512<double> v = (Vector512.LoadUnsafe(ref squares, at) * SecondMoment) + (g * g * (1 - SecondMoment));
            m.StoreUnsafe(ref means, at);
            v.StoreUnsafe(ref squares, at);
            Vector512<double> moved = Vector512.LoadUnsafe(ref slopes, at) - (m * rate / (Vector512.Sqrt(v * correctSquare) + tiny));
            Vector512.Min(Vector512.Max(moved, zero), one).StoreUnsafe(ref slopes, at);
        }
    }

    /// <summary>One assumption, its multiplier, and the multiplier's moments.</summary>
    private sealed class FixedPhase
    {
        public FixedPhase(CrownSubproblem problem, int number, int[] offsets)
        {
            Number = number;
            Place = problem.Split[number];
            On = problem.Phases[number] > 0;
            Multiplier = BestMultiplier = problem.Multipliers[number];
            while (Place >= offsets[Layer + 1])
                Layer++;
        }

        public int Number { get; }

        public int Layer { get; }

        public int Place { get; }

        public bool On { get; }

        public double Multiplier { get; set; }

        public double BestMultiplier { get; set; }

        public double Value { get; set; }

        public double Mean { get; set; }

        public double Square { get; set; }
    }
}
