namespace ExactCompression.Numerics;

/// <summary>Linear maps with each weight changed by the same function.</summary>
internal static class MapScaling
{
    /// <summary>Changes the weights of a map; radii are dropped.</summary>
    /// <param name="map">The map.</param>
    /// <param name="change">Gives the new weight for an old one.</param>
    public static ILinearMap Change(ILinearMap map, Converter<double, double> change) => map switch
    {
        DenseMap dense => new DenseMap(Array.ConvertAll(dense.Weights.ToArray(), change), map.Output, map.Input),
        ConvolutionMap convolution => new ConvolutionMap(
            Array.ConvertAll(convolution.Filters.ToArray(), change), map.Output.Channels, map.Input, convolution.Geometry,
            convolution.Groups),
        SelectionMap selection => new SelectionMap(
            map.Input, selection.Channels.ToArray(), selection.Rows.ToArray(), selection.Columns.ToArray(), change(selection.Factor)),
        DiagonalMap diagonal => new DiagonalMap(
            map.Output, [.. Enumerable.Range(0, map.Output.Count).Select(i => change(diagonal.FactorOf(i)))]),
        _ => Entries(map, change),
    };

    private static SparseMap Entries(ILinearMap map, Converter<double, double> change)
    {
        var starts = new int[map.Output.Count + 1];
        var columns = new List<int>();
        var weights = new List<double>();
        var row = new SparseRow();
        for (int i = 0; i < map.Output.Count; i++)
        {
            map.ReadRow(i, row);
            for (int k = 0; k < row.Count; k++)
            {
                columns.Add(row.Columns[k]);
                weights.Add(change(row.Weights[k]));
            }

            starts[i + 1] = columns.Count;
        }

        return new(map.Output, map.Input, starts, [.. columns], [.. weights]);
    }
}
