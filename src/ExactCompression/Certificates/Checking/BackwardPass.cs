using System.Runtime.CompilerServices;

namespace ExactCompression.Certificates.Checking;

/// <summary>One side of a neuron that a backward pass bounds: <c>z</c> from above, or <c>-z</c> from above.</summary>
/// <param name="Neuron">0-based neuron of the layer.</param>
/// <param name="Above">Which side.</param>
/// <param name="Slopes">A slope for the lower line of each open ReLU of all layers below, in order; null for the default.</param>
/// <param name="Phases">ReLUs that are assumed to be active or inactive; the bound then holds only there.</param>
internal sealed record BoundedSide(int Neuron, bool Above, float[]? Slopes = null, FixedPhase[]? Phases = null);

/// <summary>An assumption on a ReLU: <c>z &gt;= 0</c> or <c>z &lt;= 0</c>.</summary>
/// <param name="Layer">0-based hidden layer.</param>
/// <param name="Neuron">0-based neuron.</param>
/// <param name="On">Which of the two.</param>
/// <param name="Multiplier">What the assumption is multiplied by.</param>
internal sealed record FixedPhase(int Layer, int Neuron, bool On, double Multiplier);

/// <summary>
/// Bounds pre-activations by linear functions, propagated backward through the layers to the input box (CROWN: Zhang et al., NeurIPS 2018;
/// with multipliers for assumed phases, beta-CROWN: Wang et al., NeurIPS 2021).
/// </summary>
/// <remarks>
/// <para>
/// A row <c>A</c> over the outputs of ReLUs becomes a row <c>D</c> over their pre-activations plus a constant. Whatever <c>D</c> is, <c>A
/// relu(z) &lt;= D z + T</c> on <c>[l,u]</c> holds with <c>T = max(0, (A - D) u, -D l)</c>, since the difference is linear on both sides of
/// 0. So slopes and multipliers of a certificate need no check of their own, and their rounding does not matter: bad ones give bad bounds,
/// never false ones. With the phase assumed active, <c>A z &lt;= D z + T</c> on <c>[0,u]</c> holds with <c>T = max(0, (A - D) u)</c>; off,
/// <c>0 &lt;= D z + T</c> on <c>[l,0]</c> with <c>T = max(0, -D l)</c>.
/// </para>
/// <para>
/// Two ReLUs with <c>z' = -k z</c> are one function of <c>z</c>, <c>A z</c> above 0 and <c>B z</c> below it with <c>B = -k A'</c>. The same
/// holds with <c>(B - D) l</c> in place of <c>-D l</c>. So a value that is passed on as <c>relu(z) - relu(-z)</c> loses nothing.
/// </para>
/// <para>
/// The computed product <c>D W</c> is used as it is, and <c>|D|</c> times <see cref="BoundedLayer.Charge"/> is added for its distance from
/// the true one. The constants are added up with their sizes, for the rounding of the sum. A number that overflowed makes the bound NaN or
/// infinite, and proves nothing.
/// </para>
/// </remarks>
internal sealed class BackwardPass
{
    private const int RowBlock = 16;

    private readonly InputBox box;
    private readonly IReadOnlyList<BoundedLayer> below;
    private readonly double gamma;
    private readonly double loss;

    /// <summary>Prepares passes from the layer after the given ones.</summary>
    /// <param name="box">The input box.</param>
    /// <param name="below">The hidden layers below, first to last; at least one.</param>
    public BackwardPass(InputBox box, IReadOnlyList<BoundedLayer> below)
    {
        this.box = box;
        this.below = below;
        gamma = Outward.Gamma((2L * below.Sum(static l => l.Map.Outputs)) + box.Size + 2);
        loss = below.Sum(static l => l.Loss);
    }

    /// <summary>Upper bounds of <c>z</c> or <c>-z</c>.</summary>
    /// <param name="layer">The layer of the neurons.</param>
    /// <param name="sides">What to bound.</param>
    /// <param name="budget">Its budget.</param>
    public double[] Bound(AffineLayer layer, IReadOnlyList<BoundedSide> sides, CheckBudget budget)
    {
        var bounds = new double[sides.Count];
        int blocks = (sides.Count + RowBlock - 1) / RowBlock;

        // In each layer, slopes are found behind those of all layers below it.
        double passWork = layer.Inputs + below.Sum(static l => ((double)l.Map.Outputs * l.Map.Inputs) + (4.0 * l.Map.Outputs))
            + (0.5 * below.Count * below.Count);
        Parallel.For(0, blocks, budget.Parallel, block =>
        {
            int first = block * RowBlock;
            budget.Spend(passWork * Math.Min(RowBlock, sides.Count - first));
            BoundBlock(layer, [.. sides.Skip(first).Take(RowBlock)], bounds.AsSpan(first, Math.Min(RowBlock, sides.Count - first)));
        });
        return bounds;
    }

    /// <summary>
    /// Slopes of the lower lines of a layer's ReLUs: those of a certificate, which gives them only for open ones, or the default.
    /// </summary>
    internal static double[] SlopesBelow(IReadOnlyList<BoundedLayer> below, int number, BoundedSide side)
    {
        if (side.Slopes is null)
            return below[number].SlopeBelow;
        int at = 0;
        for (int j = 0; j < number; j++)
            at += below[j].Open.Length;
        double[] own = [.. below[number].SlopeBelow];
        foreach (int i in below[number].Open)
            own[i] = side.Slopes[at++];
        return own;
    }

    private void BoundBlock(AffineLayer layer, BoundedSide[] sides, Span<double> bounds)
    {
        var sums = new Sums[sides.Length];
        double[] rows = new double[sides.Length * layer.Inputs];
        for (int r = 0; r < sides.Length; r++)
            sums[r] = Start(layer, sides[r], rows.AsSpan(r * layer.Inputs, layer.Inputs));
        for (int j = below.Count - 1; j >= 0; j--)
        {
            AffineLayer map = below[j].Map;
            for (int r = 0; r < sides.Length; r++)
                PassRectifiers(j, sides[r], rows.AsSpan(r * map.Outputs, map.Outputs), ref sums[r]);
            double[] next = new double[sides.Length * map.Inputs];
            Products.Multiply(rows, sides.Length, map, next);
            rows = next;
        }

        for (int r = 0; r < sides.Length; r++)
        {
            box.AddMaximum(rows.AsSpan(r * box.Size, box.Size), ref sums[r].Constant, ref sums[r].Size);
            bounds[r] = Math.BitIncrement(sums[r].Constant + ((sums[r].Charge * (1 + 1e-9)) + (gamma * sums[r].Size) + loss));
        }
    }

    private Sums Start(AffineLayer layer, BoundedSide side, Span<double> row)
    {
        ReadOnlySpan<double> weights = layer.Row(side.Neuron);
        double sign = side.Above ? 1 : -1, bias = layer.Bias.Span[side.Neuron];
        for (int i = 0; i < row.Length; i++)
            row[i] = sign * weights[i];
        return new() { Constant = sign * bias, Size = Math.Abs(bias),
            Charge = BoundedLayer.RadiusOf(layer, side.Neuron, below[^1].Outputs) };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PassRectifiers(int number, BoundedSide side, Span<double> row, ref Sums sums)
    {
        BoundedLayer layer = below[number];
        double[] slopesBelow = SlopesBelow(below, number, side);
        FixedPhase[] phases = side.Phases is null ? [] : Array.FindAll(side.Phases, p => p.Layer == number);
        double[] left = Join(layer, phases, row);
        double[] taken = new double[phases.Length], takenLeft = new double[phases.Length];
        for (int k = 0; k < phases.Length; k++)
        {
            int i = phases[k].Neuron;
            (taken[k], row[i]) = (row[i], 0);
            if (left.Length > 0)
                (takenLeft[k], left[i]) = (left[i], 0);
        }

        ReadOnlySpan<double> bias = layer.Map.Bias.Span;
        double[] low = layer.Low, high = layer.High, above = layer.SlopeAbove, charges = layer.Charge;
        double constant = 0, size = 0, charge = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double a = row[i], l = left.Length == 0 ? 0 : left[i], kink = a - l;
            if (a == 0 && l == 0)
                continue;
            double d = l + (kink * (kink > 0 ? above[i] : slopesBelow[i]));
            double t = Math.Max(0, Math.Max((a - d) * high[i], (l - d) * low[i])), b = d * bias[i];
            row[i] = d;
            constant += t + b; // an infinite coefficient makes it NaN, since infinity times 0 is, and so is infinity minus infinity
            size += t + Math.Abs(b);
            charge += Math.Abs(d) * charges[i];
        }

        for (int k = 0; k < phases.Length; k++)
        {
            FixedPhase phase = phases[k];
            int i = phase.Neuron;
            double d = phase.On ? taken[k] + phase.Multiplier : takenLeft[k] - phase.Multiplier;
            double t = Math.Max(0, phase.On ? (taken[k] - d) * high[i] : (takenLeft[k] - d) * low[i]), b = d * bias[i];
            row[i] = d;
            constant += t + b;
            size += t + Math.Abs(b);
            charge += Math.Abs(d) * charges[i];
        }

        sums.Constant += constant;
        sums.Size += size;
        sums.Charge += charge;
    }

    /// <summary>
    /// Takes the coefficients of second neurons of pairs for the first ones below 0, except where a phase of the second is assumed, and
    /// where lines below the two by themselves are as tight: a function that falls on one side of 0 and rises on the other.
    /// </summary>
    /// <returns>For each neuron, what its pre-activation is multiplied by below 0; empty where that is 0 for all.</returns>
    private static double[] Join(BoundedLayer layer, FixedPhase[] phases, Span<double> row)
    {
        double[] left = [];
        foreach ((int first, int second, double factor) in layer.Pairs)
        {
            double coefficient = -factor * row[second];
            if (!HaveSameSign(row[first], coefficient) || coefficient / -factor != row[second]
                || Array.Exists(phases, p => p.Neuron == second))
                continue;
            if (left.Length == 0)
                left = new double[row.Length];
            (left[first], row[second]) = (coefficient, 0);
        }

        return left;

        static bool HaveSameSign(double a, double b) => a > 0 ? b > 0 : a < 0 && b < 0;
    }

    private struct Sums
    {
        public double Constant, Size, Charge;
    }
}
