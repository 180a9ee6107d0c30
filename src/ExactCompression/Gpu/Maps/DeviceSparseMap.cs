using ExactCompression.Numerics;
using ILGPU;

namespace ExactCompression.Gpu;

/// <summary>A map of any kind on the device, entry by entry: by rows forward, by columns backward.</summary>
internal sealed class DeviceSparseMap : IDeviceMap
{
    private readonly GraphKernels kernels;
    private readonly LaunchShape shape;
    private readonly Entries byRow;
    private readonly Entries byColumn;

    /// <summary>Copies a map's entries to the device.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="shape">How work is divided into groups.</param>
    /// <param name="memory">What owns them.</param>
    /// <param name="map">The map.</param>
    public DeviceSparseMap(GraphKernels kernels, LaunchShape shape, DeviceMemory memory, ILinearMap map)
    {
        (this.kernels, this.shape) = (kernels, shape);
        int rows = map.Output.Count;
        var starts = new int[rows + 1];
        List<int> columns = [];
        List<float> weights = [];
        var row = new SparseRow();
        for (int m = 0; m < rows; m++)
        {
            map.ReadRow(m, row);
            for (int e = 0; e < row.Count; e++)
            {
                columns.Add(row.Columns[e]);
                weights.Add((float)row.Weights[e]);
            }

            starts[m + 1] = columns.Count;
        }

        byRow = new(memory.Vector(starts), memory.Vector([.. columns]), memory.Vector([.. weights]));
        byColumn = Transposed(memory, starts, columns, weights, map.Input.Count);
    }

    /// <inheritdoc/>
    public bool FindsExtremes => false;

    /// <inheritdoc/>
    public void Apply(in ForwardCall call) => kernels.Gather(
        shape.Elements(call.Z.IntExtent.Y, call.Z.IntExtent.X), byRow.Starts, byRow.Indices, byRow.Weights, call.Bias, call.X, call.Floor,
        call.Add, call.Z);

    /// <inheritdoc/>
    public void Pull(MatrixView gradient, in BackwardCall call) => kernels.PullEntries(
        shape.Elements(call.Result.IntExtent.Y, call.Result.IntExtent.X), byColumn.Starts, byColumn.Indices, byColumn.Weights, gradient,
        call.Below, call.Floor, call.Add, call.Result);

    /// <inheritdoc/>
    public void Seed(ArrayView<int> targets, ArrayView<float> signs, in BackwardCall call) => kernels.SeedEntries(
        shape.Elements(call.Result.IntExtent.Y, call.Result.IntExtent.X), byRow.Starts, byRow.Indices, byRow.Weights, targets, signs,
        call.Below, call.Floor, call.Add, call.Result);

    private static Entries Transposed(DeviceMemory memory, int[] starts, List<int> columns, List<float> weights, int count)
    {
        var next = new int[count + 1];
        foreach (int column in columns)
            next[column + 1]++;
        for (int k = 0; k < count; k++)
            next[k + 1] += next[k];
        int[] begins = [.. next], rows = new int[columns.Count];
        var transposed = new float[columns.Count];
        for (int m = 0; m + 1 < starts.Length; m++)
        {
            for (int e = starts[m]; e < starts[m + 1]; e++)
            {
                int at = next[columns[e]]++;
                (rows[at], transposed[at]) = (m, weights[e]);
            }
        }

        return new(memory.Vector(begins), memory.Vector(rows), memory.Vector(transposed));
    }

    private readonly record struct Entries(ArrayView<int> Starts, ArrayView<int> Indices, ArrayView<float> Weights);
}
