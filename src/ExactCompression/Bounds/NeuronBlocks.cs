using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// Neurons in blocks that go back through a graph together. Where a layer has rows and columns, neighbours share a block, so that what the
/// block depends on stays a small window.
/// </summary>
internal sealed class NeuronBlocks
{
    /// <summary>A block has no positions further apart than this, in rows or columns.</summary>
    private const int MostSide = 4;

    private readonly int[] order;
    private readonly List<(int First, int Count, Window Window)> blocks = [];

    /// <summary>Divides neurons into blocks.</summary>
    /// <param name="shape">Arrangement of their layer.</param>
    /// <param name="neurons">0-based neurons; may repeat.</param>
    /// <param name="most">The largest size of a block.</param>
    public NeuronBlocks(MapShape shape, ReadOnlySpan<int> neurons, int most)
    {
        order = [.. Enumerable.Range(0, neurons.Length)];
        if (shape.Plane == 1)
        {
            for (int first = 0; first < order.Length; first += most)
                blocks.Add((first, Math.Min(most, order.Length - first), Window.Whole(shape)));
            return;
        }

        var keys = new long[neurons.Length];
        for (int k = 0; k < keys.Length; k++)
        {
            (int row, int column) = Position(shape, neurons[k]);
            keys[k] = ((Interleave(row) << 1) | Interleave(column)) << 22 | (uint)(neurons[k] / shape.Plane);
        }

        Array.Sort(keys, order);
        for (int first = 0; first < order.Length;)
        {
            Window window = Around(shape, neurons[order[first]]);
            int end = first + 1;
            for (; end < order.Length && end < first + most; end++)
            {
                Window wider = window.Union(Around(shape, neurons[order[end]]));
                if (wider.Height > MostSide || wider.Width > MostSide)
                    break;
                window = wider;
            }

            blocks.Add((first, end - first, window));
            first = end;
        }
    }

    /// <summary>Number of blocks.</summary>
    public int Count => blocks.Count;

    /// <summary>The places of a block's neurons among those given.</summary>
    /// <param name="block">0-based block.</param>
    public ReadOnlySpan<int> Places(int block) => order.AsSpan(blocks[block].First, blocks[block].Count);

    /// <summary>The smallest window with all positions of a block.</summary>
    /// <param name="block">0-based block.</param>
    public Window WindowOf(int block) => blocks[block].Window;

    private static Window Around(MapShape shape, int neuron)
    {
        (int row, int column) = Position(shape, neuron);
        return new(row, column, 1, 1);
    }

    private static (int Row, int Column) Position(MapShape shape, int neuron) => Math.DivRem(neuron % shape.Plane, shape.Width);

    /// <summary>The bits of a number with a 0 before each (Morton's order keeps positions together that are close).</summary>
    private static long Interleave(int number)
    {
        long bits = Math.Min(number, 0xFFFF);
        bits = (bits | (bits << 8)) & 0x00FF00FF;
        bits = (bits | (bits << 4)) & 0x0F0F0F0F;
        bits = (bits | (bits << 2)) & 0x33333333;
        return (bits | (bits << 1)) & 0x55555555;
    }
}
