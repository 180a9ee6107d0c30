using ExactCompression.Networks;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// A convolution: element <c>(o, r, c)</c> is the sum over the channels <c>d</c> of its group and the places <c>(i, j)</c> of the kernel of
/// <c>filters[o, d, i, j] x[d, r stride - top + i dilation, c stride - left + j dilation]</c>, where that lies inside.
/// </summary>
internal sealed class ConvolutionRows : CheckedMap
{
    private readonly double[] filters;
    private readonly int channels, height, width, outChannels, outHeight, outWidth, groups;
    private readonly int tall, wide, strideRows, strideColumns, top, left, dilationRows, dilationColumns;

    /// <summary>Reads a convolution.</summary>
    /// <param name="convolution">The operator.</param>
    /// <param name="input">Shape of what it takes: channels, and one or two axes.</param>
    /// <param name="output">Shape of what it gives.</param>
    public ConvolutionRows(ConvolutionOperator convolution, TensorShape input, TensorShape output)
    {
        (filters, groups) = (convolution.Filters, convolution.Groups);
        (channels, height, width) = (input[0], input.Count == 3 ? input[1] : 1, input[^1]);
        (outChannels, outHeight, outWidth) = (output[0], output.Count == 3 ? output[1] : 1, output[^1]);
        var g = convolution.Geometry;
        (tall, wide, strideRows, strideColumns, top, left, dilationRows, dilationColumns) = (
            g.KernelHeight, g.KernelWidth, g.StrideRows, g.StrideColumns, g.PadTop, g.PadLeft, g.DilationRows, g.DilationColumns);
    }

    /// <inheritdoc/>
    public override int Rows => outChannels * outHeight * outWidth;

    /// <inheritdoc/>
    public override int Columns => channels * height * width;

    /// <inheritdoc/>
    public override int MostEntries => Math.Min(Columns, channels / groups * tall * wide);

    /// <inheritdoc/>
    public override int Row(int row, Span<int> columns, Span<double> weights, Span<double> radii)
    {
        int plane = outHeight * outWidth, o = row / plane, depth = channels / groups, count = 0;
        int firstRow = (row % plane / outWidth * strideRows) - top, firstColumn = (row % outWidth * strideColumns) - left;
        int firstChannel = o / (outChannels / groups) * depth;
        for (int d = 0; d < depth; d++)
        {
            for (int i = 0; i < tall; i++)
            {
                int r = firstRow + (i * dilationRows);
                if (r < 0 || r >= height)
                    continue;
                int from = ((((o * depth) + d) * tall) + i) * wide, to = (((firstChannel + d) * height) + r) * width;
                for (int j = 0; j < wide; j++)
                {
                    int c = firstColumn + (j * dilationColumns);
                    if (c < 0 || c >= width || filters[from + j] == 0)
                        continue;
                    (columns[count], weights[count]) = (to + c, filters[from + j]);
                    count++;
                }
            }
        }

        radii[..count].Clear();
        return count;
    }

    /// <inheritdoc/>
    public override void Append(GraphHash hash)
    {
        hash.Append("convolution");
        hash.Append(channels, height, width, outChannels, outHeight, outWidth, groups);
        hash.Append(tall, wide, strideRows, strideColumns, top, left, dilationRows, dilationColumns);
        hash.Append(filters);
    }
}
