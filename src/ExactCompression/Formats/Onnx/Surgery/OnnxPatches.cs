using System.Collections.Frozen;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// How nodes of each operator follow what is left around them. An operator that is not listed is written anew where something of its values
/// is gone.
/// </summary>
internal static class OnnxPatches
{
    private static readonly FrozenDictionary<string, Func<OnnxSite, bool>> Known = new Dictionary<string, Func<OnnxSite, bool>>
    {
        ["Conv"] = OnnxWeightPatches.Convolution,
        ["Gemm"] = OnnxWeightPatches.Gemm,
        ["MatMul"] = OnnxWeightPatches.MatMul,
        ["BatchNormalization"] = OnnxWeightPatches.BatchNormalization,
        ["Add"] = OnnxWeightPatches.Elementwise,
        ["Sub"] = OnnxWeightPatches.Elementwise,
        ["Mul"] = OnnxWeightPatches.Elementwise,
        ["Div"] = OnnxWeightPatches.Elementwise,
        ["Sum"] = OnnxWeightPatches.Elementwise,
        ["Mean"] = OnnxWeightPatches.Elementwise,
        ["Max"] = OnnxWeightPatches.Elementwise,
        ["Min"] = OnnxWeightPatches.Elementwise,
        ["PRelu"] = OnnxWeightPatches.Elementwise,
        ["Concat"] = OnnxWeightPatches.Concat,
        ["Reshape"] = OnnxShapePatches.Reshape,
        ["Squeeze"] = OnnxShapePatches.Squeeze,
        ["Expand"] = OnnxShapePatches.Expand,
        ["Slice"] = OnnxIndexPatches.Slice,
        ["Split"] = OnnxIndexPatches.Split,
        ["Gather"] = OnnxIndexPatches.Gather,
        ["Pad"] = OnnxIndexPatches.Unmoved,
        ["Tile"] = OnnxIndexPatches.Tile,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Unchanged = FrozenSet.Create(
        StringComparer.Ordinal,
        "Abs", "AveragePool", "Cast", "Clip", "Dropout", "Flatten", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "Identity",
        "LeakyRelu", "MaxPool", "Neg", "ReduceMean", "ReduceSum", "Relu", "Sigmoid", "Tanh", "Transpose", "Unsqueeze");

    /// <summary>Brings a node in line with what is left around it.</summary>
    /// <param name="site">The node.</param>
    /// <returns>Whether that was possible.</returns>
    public static bool TryApply(OnnxSite site)
    {
        bool isCut = site.TakesMoved || site.Steps.Any(static s => s.IsCut)
            || Enumerable.Range(0, site.Node.Outputs.Count).Any(o => site.Node.Outputs[o].Length > 0 && site.Given(o) is not null);
        if (isCut && !(site.Node.IsStandard && Unchanged.Contains(site.Node.Operator)))
        {
            // A node that is not analysed takes and gives all that it did.
            bool isOpaque = site.Steps.Any(static s => s.Before is Networks.OpaqueOperator);
            if (isOpaque ? site.Steps.Any(static s => s.IsCut) : !Known.TryGetValue(site.Node.Operator, out var patch) || !patch(site))
                return false;
        }

        return site.TryConnect();
    }
}
