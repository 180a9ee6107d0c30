using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// A channel of a unit node as a row sees it: whether what it gives is linear, and with which slope; whether it is a constant.
/// </summary>
/// <param name="Slope">What it gives is this times the pre-activation, at all positions, where that is linear; else NaN.</param>
/// <param name="Constant">What it gives everywhere, where that is one number; else NaN.</param>
/// <param name="IsInactive">Whether it is 0 by its verdicts.</param>
/// <param name="Lower">
/// A lower bound of a rectifier's pre-activation. Of other units 0, or the negative of a bound on how far what they give is from linear,
/// where rounding has moved the bounds that their verdict rests on: the passes take it for the slack of a rectifier.
/// </param>
/// <param name="Most">An upper bound of the magnitude of what it gives; of a rectifier, of its pre-activation.</param>
internal readonly record struct ChannelUnit(double Slope, double Constant, bool IsInactive, double Lower, double Most)
{
    /// <summary>Whether it is linear.</summary>
    public bool IsLinear => !double.IsNaN(Slope);

    /// <summary>Whether units of a kind have rows at all.</summary>
    /// <param name="unit">The unit.</param>
    public static bool Handles(UnitOperator unit) => unit switch
    {
        ReluOperator => true,
        LeakyReluOperator leaky => Array.TrueForAll(leaky.Slopes, static s => Math.Abs(s) <= 1), // then no steeper than a rectifier
        ClipOperator clip => clip.Lower <= clip.Upper,
        _ => false,
    };

    /// <summary>A channel of a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="bounds">Bounds of its pre-activations.</param>
    /// <param name="first">The channel's first element.</param>
    /// <param name="end">The element after its last.</param>
    public static ChannelUnit Of(UnitOperator unit, UnitBounds bounds, int first, int end)
    {
        ReadOnlySpan<NeuronState> states = bounds.States.AsSpan(first..end);
        bool isActive = states.IndexOfAnyExcept(NeuronState.StablyActive) < 0;
        bool isInactive = states.IndexOfAnyExcept(NeuronState.StablyInactive) < 0;
        double lower = bounds.Lower.AsSpan(first..end).ToArray().Min(), upper = bounds.Upper.AsSpan(first..end).ToArray().Max();
        switch (unit)
        {
            case LeakyReluOperator leaky:
                double slack = 2 * Math.Max(0, isActive ? -lower : upper); // the slopes differ by 2 at most
                double size = Math.Max(Math.Abs(lower), Math.Abs(upper));
                return isActive || isInactive
                    ? new(isActive ? 1 : SlopeBelow(leaky, first, end), double.NaN, false, -slack, size)
                    : new(double.NaN, double.NaN, false, 0, size);
            case ClipOperator clip:
                // The pre-activation is z less the lower end, or the upper end less z where there is no lower one.
                bool hasLower = !double.IsNegativeInfinity(clip.Lower);
                (double least, double most) = hasLower
                    ? (Math.BitDecrement(lower + clip.Lower), Math.BitIncrement(upper + clip.Lower))
                    : (Math.BitDecrement(clip.Upper - upper), Math.BitIncrement(clip.Upper - lower));
                bool isLinear = isActive && (!hasLower || most <= clip.Upper);
                double constant = hasLower && upper <= 0 ? clip.Lower
                    : double.IsFinite(clip.Upper) && least >= clip.Upper ? clip.Upper : double.NaN;
                (least, most) = (Math.Clamp(least, clip.Lower, clip.Upper), Math.Clamp(most, clip.Lower, clip.Upper));
                double largest = Math.Max(Math.Abs(least), Math.Abs(most));
                return new(isLinear ? 1 : double.NaN, constant, false, isLinear ? Math.Min(0, lower) : 0, largest);
            default:
                return new(isActive ? 1 : double.NaN, double.NaN, isInactive, lower, upper);
        }
    }

    /// <summary>The row's knowledge for the passes.</summary>
    /// <param name="bias">Its bias.</param>
    /// <param name="channel">The channel.</param>
    public DraftRow Row(double bias, int channel) => new(bias, channel, IsLinear, IsInactive, Lower, Most);

    /// <summary>The slope below 0, where all elements have the same; else NaN.</summary>
    private static double SlopeBelow(LeakyReluOperator leaky, int first, int end)
    {
        if (leaky.Slopes.Length == 1)
            return leaky.Slopes[0];
        ReadOnlySpan<double> slopes = leaky.Slopes.AsSpan(first..end);
        return slopes.IndexOfAnyExcept(slopes[0]) < 0 ? slopes[0] : double.NaN;
    }
}
