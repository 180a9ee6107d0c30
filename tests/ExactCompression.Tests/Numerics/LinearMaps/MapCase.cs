using System.Numerics;
using ExactCompression.Numerics;

namespace ExactCompression.Tests.Numerics;

/// <summary>
/// A map and rows to multiply with it. Entries and elements are small integers, so that every sum is exact in any order, and kernels must
/// give the bits of the sums taken one by one.
/// </summary>
internal sealed class MapCase
{
    private readonly Random random;
    private readonly SparseRow[] entries;

    public MapCase(ILinearMap map, int rows, Random random)
    {
        (Map, Rows, this.random) = (map, rows, random);
        entries = new SparseRow[map.Output.Count];
        for (int i = 0; i < entries.Length; i++)
            map.ReadRow(i, entries[i] = new());
    }

    public ILinearMap Map { get; }

    public int Rows { get; }

    /// <summary>A map of a kind, and rows for it.</summary>
    public static MapCase Of(string kind, int rows, int seed)
    {
        var random = new Random(seed);
        ILinearMap map = kind switch
        {
            "Convolution" => MapCases.Convolution(random),
            "Dense" => MapCases.Dense(random),
            "Diagonal" => MapCases.Diagonal(random),
            "Selection" => MapCases.Selection(random),
            _ => MapCases.Sparse(random),
        };
        return new(map, rows, random);
    }

    /// <summary>Small integers, many of them 0, in some positions in every row.</summary>
    public T[] Draw<T>(int size, int rows)
        where T : unmanaged, INumberBase<T>
    {
        var values = new T[rows * size];
        double share = random.NextDouble();
        for (int e = 0; e < size; e++)
        {
            bool zero = random.NextDouble() < share;
            for (int r = 0; r < rows; r++)
                values[(r * size) + e] = zero || random.Next(4) == 0 ? T.Zero : T.CreateChecked(random.Next(-9, 10));
        }

        return values;
    }

    /// <summary>A window of a shape, at a border or not.</summary>
    public Window DrawWindow(MapShape shape)
    {
        int top = random.Next(shape.Height), left = random.Next(shape.Width);
        return random.Next(3) == 0
            ? Window.Whole(shape)
            : new(top, left, random.Next(1, shape.Height - top + 1), random.Next(1, shape.Width - left + 1));
    }

    /// <summary>A window that holds another one.</summary>
    public Window Widen(Window window, MapShape shape)
    {
        if (window.IsEmpty || random.Next(2) == 0)
            return window.IsEmpty ? DrawWindow(shape) : window;
        int top = random.Next(window.Top + 1), left = random.Next(window.Left + 1);
        int bottom = random.Next(window.Top + window.Height, shape.Height + 1);
        return new(top, left, bottom - top, random.Next(window.Left + window.Width, shape.Width + 1) - left);
    }

    public T[] Apply<T>(T[] input, T[] bias, T[]? begin)
        where T : unmanaged, INumberBase<T>
    {
        int inputs = Map.Input.Count, outputs = Map.Output.Count;
        var result = new T[Rows * outputs];
        for (int r = 0; r < Rows; r++)
        {
            for (int i = 0; i < outputs; i++)
            {
                T sum = begin is null ? bias.Length == 0 ? T.Zero : bias[i] : begin[(r * outputs) + i];
                for (int k = 0; k < entries[i].Count; k++)
                    sum += T.CreateChecked(entries[i].Weights[k]) * input[(r * inputs) + entries[i].Columns[k]];
                result[(r * outputs) + i] = sum;
            }
        }

        return result;
    }

    /// <summary>The transpose: coefficients that are 0 are left out, so infinities of others do not meet them.</summary>
    public T[] ApplyTranspose<T>(T[] above, Window from, Window to, T[]? begin)
        where T : unmanaged, INumberBase<T>
    {
        int size = from.CountIn(Map.Output), resultSize = to.CountIn(Map.Input);
        T[] result = begin is null ? new T[Rows * resultSize] : [.. begin];
        for (int r = 0; r < Rows; r++)
        {
            for (int i = 0; i < entries.Length; i++)
            {
                int at = PlaceIn(from, Map.Output, i);
                if (at < 0)
                    continue;
                for (int k = 0; k < entries[i].Count; k++)
                    result[(r * resultSize) + PlaceIn(to, Map.Input, entries[i].Columns[k])] +=
                        T.CreateChecked(entries[i].Weights[k]) * above[(r * size) + at];
            }
        }

        return result;
    }

    /// <summary>Where a window's rows have an element; -1 if they do not.</summary>
    public static int PlaceIn(Window window, MapShape shape, int element)
    {
        (int channel, int place) = Math.DivRem(element, shape.Plane);
        int row = (place / shape.Width) - window.Top, column = (place % shape.Width) - window.Left;
        return row >= 0 && row < window.Height && column >= 0 && column < window.Width
            ? (((channel * window.Height) + row) * window.Width) + column
            : -1;
    }
}
