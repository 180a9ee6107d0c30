using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>Keeps the transpose of a packed matrix up to date, some rows at a time.</summary>
internal static unsafe class PanelTranspose
{
    /// <summary>Copies <see cref="SparseProduct.ColumnBlock"/> rows of a matrix to the columns of its transpose.</summary>
    /// <param name="source">The matrix, of whole panels.</param>
    /// <param name="from">The first of its rows.</param>
    /// <param name="transpose">Its transpose, of whole panels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(PackedMatrix<float> source, int from, PackedMatrix<float> transpose)
    {
        int width = PackedMatrix<float>.PanelWidth;
        float* to = transpose.Data + ((nint)(from / width) * transpose.Rows * width) + (from % width);
        for (int p = 0; p < source.Panels; p++)
        {
            float* panel = source.Data + ((((nint)p * source.Rows) + from) * width);
            for (int o = 0; o < width; o++, to += width)
            {
                for (int k = 0; k < SparseProduct.ColumnBlock; k++)
                    to[k] = panel[(k * width) + o];
            }
        }
    }
}
