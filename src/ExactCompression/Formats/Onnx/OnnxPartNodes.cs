using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// How the operations beside a layer's matrix are written: as the nodes that they were read from, or equivalent ones.
/// </summary>
internal static class OnnxPartNodes
{
    /// <summary>Whether nodes in a precision compute exactly what the parts do.</summary>
    public static bool Hold(IReadOnlyList<AffinePart> parts, WeightPrecision precision) =>
        parts.All(p => p.Fits(precision) && (float)p.Epsilon == p.Epsilon);

    /// <summary>Whether the parts are still defined once their numbers are rounded to a precision: nothing is divided by 0.</summary>
    public static bool CanRound(IReadOnlyList<AffinePart> parts, WeightPrecision precision) =>
        precision == WeightPrecision.Float64 || parts.All(static p => p.Kind switch
    {
        AffinePartKind.Divide => Array.TrueForAll(p.Values[0], static v => (float)v != 0),
        AffinePartKind.BatchNormalization => Array.TrueForAll(p.Values[3], v => (double)(float)v + (float)p.Epsilon > 0),
        _ => true,
    });

    /// <summary>
    /// The nodes of an elementwise part, first to last: operator, constants, and whether the constant comes first.
    /// </summary>
    public static IEnumerable<(string Operator, double[][] Constants, bool ConstantFirst)> Of(AffinePart part)
    {
        switch (part.Kind)
        {
            case AffinePartKind.Divide:
                yield return ("Div", [part.Values[0]], false);
                break;
            case AffinePartKind.BatchNormalization:
                yield return ("BatchNormalization", [.. part.Values], false);
                break;
            case AffinePartKind.Elementwise when IsAll(part.Values[0], -1):
                yield return ("Sub", [part.Values[1]], true);
                break;
            default:
                if (!IsAll(part.Values[0], 1))
                    yield return ("Mul", [part.Values[0]], false);
                if (!IsAll(part.Values[1], 0))
                    yield return ("Add", [part.Values[1]], false);
                break;
        }
    }

    private static bool IsAll(double[] values, double value) => values.AsSpan().IndexOfAnyExcept(value) < 0;
}
