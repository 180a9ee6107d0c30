using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Bounds and states as files of bounds have them.</summary>
internal static class BoundsNumbers
{
    /// <summary>The states by their numbers in archives, from -1 on.</summary>
    private static readonly NeuronState[] ByNumber =
        [NeuronState.StablyInactive, NeuronState.Unstable, NeuronState.StablyActive, NeuronState.Undetermined];

    /// <summary>A state's number: -1 inactive, 0 unstable, 1 active, 2 undetermined.</summary>
    public static sbyte Number(NeuronState state) => (sbyte)(Array.IndexOf(ByNumber, state) - 1);

    /// <summary>The state of a number, or null.</summary>
    public static NeuronState? State(double number) => number is -1 or 0 or 1 or 2 ? ByNumber[(int)number + 1] : null;

    /// <summary>Lower bounds, rounded down to the precision.</summary>
    public static double[] Lower(IEnumerable<NeuronStability> neurons, WeightPrecision precision) =>
        [.. neurons.Select(n => precision == WeightPrecision.Float32 ? Rounding.SingleDown(n.LowerBound) : n.LowerBound)];

    /// <summary>Upper bounds, rounded up to the precision.</summary>
    public static double[] Upper(IEnumerable<NeuronStability> neurons, WeightPrecision precision) =>
        [.. neurons.Select(n => precision == WeightPrecision.Float32 ? Rounding.SingleUp(n.UpperBound) : n.UpperBound)];
}
