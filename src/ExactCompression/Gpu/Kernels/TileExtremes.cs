using ILGPU;

namespace ExactCompression.Gpu.Kernels;

/// <summary>The largest value of each row of a tile, from the registers of the threads that share the row.</summary>
/// <remarks>
/// Every comparison with a NaN is false, so a NaN is never taken; of equal values the lower point wins. Values and columns pass through
/// shared memory with the row as the fast index, so the threads that scan the rows read neighbouring words. Compared to the product this is
/// cheap: two comparisons per value, where a value takes K multiply-adds.
/// </remarks>
internal static class TileExtremes
{
    /// <summary>A column beyond all others: there is none.</summary>
    private const float NoColumn = 1e9f;

    /// <typeparam name="TEdge">The group's edge.</typeparam>
    /// <param name="tile">Each thread's part of the tile.</param>
    /// <param name="sign">1 for the largest, -1 for the largest of the negatives.</param>
    /// <param name="columns">Number of columns of the tile inside the matrix.</param>
    /// <param name="values">Shared memory of <see cref="Tile.Length"/>, whose content is no longer needed.</param>
    /// <param name="places">The same.</param>
    /// <param name="rows">The neuron of each row of the matrix.</param>
    /// <param name="firstRow">The tile's first row.</param>
    /// <param name="firstNeuron">The number of the first neuron.</param>
    /// <param name="side">0 for the sign target above, 1 for the sign target below.</param>
    /// <param name="largest">Sign targets x tiles.</param>
    public static void Store<TEdge>(
        RegisterBlock tile, float sign, int columns, ArrayView<float> values, ArrayView<float> places, ArrayView<int> rows, int firstRow,
        int firstNeuron, int side, RankedView largest)
        where TEdge : struct, IGroupEdge
    {
        int edge = default(TEdge).Threads;
        int at = (Group.IdxX * Tile.Stride) + Group.IdxY;
        Put<TEdge>(tile.R0, sign, columns, values, places, at);
        Put<TEdge>(tile.R1, sign, columns, values, places, at + edge);
        Put<TEdge>(tile.R2, sign, columns, values, places, at + (2 * edge));
        Put<TEdge>(tile.R3, sign, columns, values, places, at + (3 * edge));
        Group.Barrier();

        // Scan: one thread per row, over the lanes that share it.
        for (int row = (Group.IdxY * edge) + Group.IdxX; row < edge * Tile.PerThread; row += edge * edge)
        {
            float best = float.NegativeInfinity;
            float place = NoColumn;
            for (int lane = 0; lane < edge; lane++)
            {
                float value = values[(lane * Tile.Stride) + row];
                float column = places[(lane * Tile.Stride) + row];
                if (value > best || (value == best && column < place))
                {
                    best = value;
                    place = column;
                }
            }

            if (firstRow + row < rows.IntLength)
            {
                int point = place < NoColumn ? (Grid.IdxX * edge * Tile.PerThread) + (int)place : -1;
                largest[(2 * (firstNeuron + rows[firstRow + row])) + side, Grid.IdxX] = new RankedPoint { Value = best, Point = point };
            }
        }

        Group.Barrier();
    }

    /// <summary>Stores the best of a thread's four values of a row. Columns are small whole numbers, exact in float32.</summary>
    private static void Put<TEdge>(Quad row, float sign, int columns, ArrayView<float> values, ArrayView<float> places, int at)
        where TEdge : struct, IGroupEdge
    {
        int edge = default(TEdge).Threads;
        float best = float.NegativeInfinity;
        float place = NoColumn;
        Take(sign * row.E0, Group.IdxX, columns, ref best, ref place);
        Take(sign * row.E1, Group.IdxX + edge, columns, ref best, ref place);
        Take(sign * row.E2, Group.IdxX + (2 * edge), columns, ref best, ref place);
        Take(sign * row.E3, Group.IdxX + (3 * edge), columns, ref best, ref place);
        values[at] = best;
        places[at] = place;
    }

    private static void Take(float value, int column, int columns, ref float best, ref float place)
    {
        if (column < columns && value > best)
        {
            best = value;
            place = column;
        }
    }
}
