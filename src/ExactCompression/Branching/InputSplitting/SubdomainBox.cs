using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// The box of a subdomain, over which linear functions <c>f . x + c</c> are maximised rigorously. A function is padded with zeros to whole
/// vectors, its constant apart; both are taken as exact.
/// </summary>
internal sealed class SubdomainBox
{
    private static readonly int Lanes = Vector512<double>.Count;

    private readonly int inputs;
    private readonly double gamma;
    private readonly double[] magnitude;
    private readonly double[] turns;
    private readonly double[] gains;
    private double loss;

    /// <summary>Allocates the arrays.</summary>
    /// <param name="inputs">Number of inputs.</param>
    public SubdomainBox(int inputs)
    {
        this.inputs = inputs;
        int stride = SubdomainProduct.Pad(inputs);
        gamma = Rounding.Gamma(inputs + 4);
        Lower = new double[stride];
        Upper = new double[stride];
        magnitude = new double[stride];
        Maximiser = new double[inputs];
        turns = new double[inputs];
        gains = new double[inputs];
    }

    /// <summary>Lower ends, padded with zeros.</summary>
    public double[] Lower { get; }

    /// <summary>Upper ends, padded with zeros.</summary>
    public double[] Upper { get; }

    /// <summary>Where <see cref="MaximumWhere"/> found the last maximum.</summary>
    public double[] Maximiser { get; }

    /// <summary>Takes a box.</summary>
    public void Load(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        lower.CopyTo(Lower);
        upper.CopyTo(Upper);
        loss = Rounding.Underflow;
        for (int i = 0; i < inputs; i++)
        {
            magnitude[i] = Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
            loss += Rounding.Underflow * magnitude[i];
        }
    }

    /// <summary>A value not below the function anywhere in the box; NaN or infinite where something overflowed.</summary>
    public double Maximum(ReadOnlySpan<double> function, double constant) => Maximum(function, constant, [], out _);

    /// <summary>
    /// A value not below the function anywhere in the box where another is not negative: the minimum of the maximum of <c>f + m h</c> over
    /// multipliers <c>m >= 0</c>, by duality of the linear program. The maximum is convex in <c>m</c> and its slope changes only where a
    /// coefficient changes its sign, so the best multiplier is one of these few breakpoints.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="constant">Its constant.</param>
    /// <param name="half">The other function, or empty for none.</param>
    /// <param name="halfConstant">Its constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double MaximumWhere(ReadOnlySpan<double> function, double constant, ReadOnlySpan<double> half, double halfConstant)
    {
        // The slope at 0 is the other function's value where this one is largest.
        double plain = Maximum(function, constant, half, out double slope);
        slope += halfConstant;
        for (int i = 0; i < inputs; i++)
            Maximiser[i] = function[i] > 0 ? Upper[i] : Lower[i];
        if (half.IsEmpty || !(slope < 0))
            return plain;
        for (int i = 0; i < inputs; i++)
        {
            turns[i] = function[i] * half[i] < 0 ? -function[i] / half[i] : double.PositiveInfinity;
            gains[i] = Math.Abs(half[i]) * (Upper[i] - Lower[i]);
        }

        double multiplier = 0;
        int level = 0;
        while (slope < 0)
        {
            int next = 0;
            for (int i = 1; i < inputs; i++)
            {
                if (turns[i] < turns[next])
                    next = i;
            }

            if (!double.IsFinite(turns[next]))
                break; // the other function is negative everywhere; any multiplier will do
            multiplier = turns[next];
            level = next;
            slope += gains[next];
            turns[next] = double.PositiveInfinity;
        }

        FindMaximiser(function, half, halfConstant, multiplier, level);
        double where = Combined(function, constant, half, halfConstant, multiplier);
        return where < plain ? where : plain;
    }

    /// <summary>The corner where <c>f + m h</c> is largest; in the input in which that is level, the end of <c>h >= 0</c>.</summary>
    private void FindMaximiser(ReadOnlySpan<double> function, ReadOnlySpan<double> half, double halfConstant, double multiplier, int level)
    {
        double others = halfConstant;
        for (int i = 0; i < inputs; i++)
        {
            Maximiser[i] = function[i] + (multiplier * half[i]) > 0 ? Upper[i] : Lower[i];
            if (i != level)
                others += half[i] * Maximiser[i];
        }

        double end = -others / half[level];
        if (double.IsFinite(end))
            Maximiser[level] = Math.Clamp(end, Lower[level], Upper[level]);
    }

    /// <summary>Clips the box to where the function can be non-negative. The corner where it is largest stays.</summary>
    /// <param name="function">The function.</param>
    /// <param name="maximum">A value not below it anywhere in the box.</param>
    /// <param name="lower">Receives the lower ends of the clipped box.</param>
    /// <param name="upper">Receives the upper ends of the clipped box.</param>
    /// <remarks>
    /// A point <c>x</c> with <c>f . x + c >= 0</c> loses at most <c>maximum</c> against the corner, in each input alone: <c>|f_i|</c> times
    /// the distance from the corner's end is at most <c>maximum</c>.
    /// </remarks>
    public void Clip(ReadOnlySpan<double> function, double maximum, Span<double> lower, Span<double> upper)
    {
        for (int i = 0; i < inputs; i++)
        {
            (lower[i], upper[i]) = (Lower[i], Upper[i]);
            double reach = Math.BitIncrement(maximum / Math.Abs(function[i]));
            double from = Math.BitDecrement(Upper[i] - reach), to = Math.BitIncrement(Lower[i] + reach);
            if (function[i] > 0 && from > Lower[i] && from <= Upper[i])
                lower[i] = from;
            else if (function[i] < 0 && to < Upper[i] && to >= Lower[i])
                upper[i] = to;
        }
    }

    /// <summary>
    /// A value not below the function anywhere in the box, and the value of another function, without its constant, where this one is
    /// largest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Maximum(ReadOnlySpan<double> function, double constant, ReadOnlySpan<double> other, out double otherValue)
    {
        Vector512<double> sum = default, size = default, there = default;
        for (int i = 0; i < function.Length; i += Lanes)
        {
            Vector512<double> f = Vector512.Create(function.Slice(i, Lanes));
            Vector512<double> corner = Vector512.ConditionalSelect(
                Vector512.GreaterThan(f, Vector512<double>.Zero), Vector512.Create(Upper.AsSpan(i, Lanes)),
                Vector512.Create(Lower.AsSpan(i, Lanes)));
            sum += f * corner;
            size += Vector512.Abs(f) * Vector512.Create(magnitude.AsSpan(i, Lanes));
            if (!other.IsEmpty)
                there += Vector512.Create(other.Slice(i, Lanes)) * corner;
        }

        otherValue = Vector512.Sum(there);
        return Math.BitIncrement(
            constant + Vector512.Sum(sum) + ((gamma * (Math.Abs(constant) + Vector512.Sum(size))) + Rounding.Underflow));
    }

    /// <summary>Maximum of <c>f + m h</c>, with the rounding of the coefficients charged.</summary>
    private double Combined(
        ReadOnlySpan<double> function, double constant, ReadOnlySpan<double> half, double halfConstant, double multiplier)
    {
        Vector512<double> sum = default, size = default, m = Vector512.Create(multiplier);
        for (int i = 0; i < function.Length; i += Lanes)
        {
            Vector512<double> f = Vector512.Create(function.Slice(i, Lanes)), h = m * Vector512.Create(half.Slice(i, Lanes)), q = f + h;
            sum += q
                * Vector512.ConditionalSelect(
                    Vector512.GreaterThan(q, Vector512<double>.Zero), Vector512.Create(Upper.AsSpan(i, Lanes)),
                    Vector512.Create(Lower.AsSpan(i, Lanes)));
            size += (Vector512.Abs(f) + Vector512.Abs(h)) * Vector512.Create(magnitude.AsSpan(i, Lanes));
        }

        double c = multiplier * halfConstant;
        return Math.BitIncrement(
            constant + c + Vector512.Sum(sum) + ((gamma * (Math.Abs(constant) + Math.Abs(c) + Vector512.Sum(size))) + loss));
    }
}
