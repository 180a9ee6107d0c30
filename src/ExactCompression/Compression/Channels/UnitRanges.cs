using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Channels;

/// <summary>Proven bounds of the pre-activations of a unit node over a domain, and the verdicts on its neurons.</summary>
/// <param name="Lower">Lower bounds.</param>
/// <param name="Upper">Upper bounds.</param>
/// <param name="States">The verdicts; where the pre-activation may have moved, only what the bounds show.</param>
internal sealed record UnitBounds(double[] Lower, double[] Upper, NeuronState[] States)
{
    /// <summary>What is kept of them.</summary>
    /// <param name="elements">The kept elements.</param>
    public UnitBounds Take(int[] elements) =>
        new(AxisSelection.Take(Lower, elements), AxisSelection.Take(Upper, elements), Array.ConvertAll(elements, e => States[e]));

    /// <summary>The bounds where each pre-activation may have moved.</summary>
    /// <param name="moved">By how much at most.</param>
    public UnitBounds Widened(double[] moved)
    {
        double[] lower = [.. Lower.Select((l, e) => moved[e] == 0 ? l : Math.BitDecrement(l - moved[e]))];
        double[] upper = [.. Upper.Select((u, e) => moved[e] == 0 ? u : Math.BitIncrement(u + moved[e]))];
        return new(lower, upper, [.. States.Select((s, e) => moved[e] == 0 ? s
            : upper[e] <= 0 ? NeuronState.StablyInactive
            : lower[e] >= 0 ? NeuronState.StablyActive : NeuronState.Undetermined)]);
    }
}

/// <summary>The range of what a unit gives, and how far it moves.</summary>
internal static class UnitRanges
{
    /// <summary>The range of what a unit gives for one element.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="e">The element.</param>
    /// <param name="bounds">The bounds of its pre-activation, or null.</param>
    /// <param name="low">Lower end of what it takes.</param>
    /// <param name="high">Upper end of what it takes.</param>
    /// <param name="otherLow">Lower end of the other value of an extremum.</param>
    /// <param name="otherHigh">Upper end of it.</param>
    public static (double Lower, double Upper) Of(
        UnitOperator unit, int e, UnitBounds? bounds, double low, double high, double otherLow, double otherHigh)
    {
        (double least, double most) = bounds is null ? (low, high) : (Math.Max(low, bounds.Lower[e]), Math.Min(high, bounds.Upper[e]));
        switch (unit)
        {
            case ReluOperator:
                return (Math.Max(0, least), Math.Max(0, most));
            case LeakyReluOperator leaky:
                (least, most) = leaky.Activation == Activation.Abs ? (low, high) : (least, most);
                double slope = leaky.Slopes.Length == 1 ? leaky.Slopes[0] : leaky.Slopes[e];
                if (least >= 0)
                    return (least, most);
                double below = Product(slope, least), above = Product(slope, Math.Min(0, most));
                return (Math.BitDecrement(Math.Min(Math.Min(below, above), Math.Max(0, most))),
                    Math.BitIncrement(Math.Max(Math.Max(below, above), Math.Max(0, most))));
            case ClipOperator clip when clip.Lower <= clip.Upper:
                return (Math.Clamp(low, clip.Lower, clip.Upper), Math.Clamp(high, clip.Lower, clip.Upper));
            case ClipOperator clip:
                return (clip.Upper, clip.Upper);
            case HardSigmoidOperator:
                return (0, 1);
            case ExtremumOperator { IsMaximum: true }:
                return (Math.Max(low, otherLow), Math.Max(high, otherHigh));
            default:
                return (Math.Min(low, otherLow), Math.Min(high, otherHigh));
        }
    }

    /// <summary>A product that is 0 where a factor is.</summary>
    /// <param name="a">A factor.</param>
    /// <param name="b">The other, finite or not.</param>
    public static double Product(double a, double b) => a == 0 || b == 0 ? 0 : a * b;

    /// <summary>How far what a unit gives moves at most where what it takes does.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="e">The element.</param>
    /// <param name="bounds">The bounds of its pre-activation before it moves; null where none are known.</param>
    /// <param name="moved">How far what it takes moves; of two values, the further.</param>
    public static double Moved(UnitOperator unit, int e, UnitBounds? bounds, double moved)
    {
        switch (unit)
        {
            case ReluOperator:
                return bounds is null ? moved : Math.Min(moved, Math.Max(0, UpperBound.Known(Math.BitIncrement(bounds.Upper[e] + moved))));
            case LeakyReluOperator leaky:
                double slope = Math.Abs(leaky.Slopes.Length == 1 ? leaky.Slopes[0] : leaky.Slopes[e]);
                return slope <= 1 ? moved : UpperBound.Multiply(slope, moved);
            case HardSigmoidOperator hard:
                return UpperBound.Multiply(Math.Abs(hard.Alpha), moved);
            default:
                return moved;
        }
    }
}
