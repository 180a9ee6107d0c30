using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Benchmarks;

/// <summary>Convolutions and their transposes against the product with a dense matrix, in alternation, on one core.</summary>
internal static class ConvolutionComparison
{
    private const int Samples = 9;

    private static readonly (string Name, ConvolutionMap Map)[] Shapes =
    [
        ("3x32x32 to 32, 3x3", Map(3, 32, 32, 3, 1)),
        ("16x28x28 to 32, 3x3, stride 2", Map(16, 28, 32, 3, 2)),
        ("64x8x8 to 64, 3x3", Map(64, 8, 64, 3, 1)),
        ("16x16x16 to 16, 3x3", Map(16, 16, 16, 3, 1)),
        ("16x16x16 to 16, 5x5", Map(16, 16, 16, 5, 1)),
        ("8x8x8 to 16, 4x4, stride 2", Map(8, 8, 16, 4, 2)),
        ("64x8x8 to 64, 1x1", Map(64, 8, 64, 1, 1)),
        ("16x16x16 to 32, 1x1", Map(16, 16, 32, 1, 1)),
        ("16x16x16 to 32, 1x1, stride 2", Map(16, 16, 32, 1, 2)),
        ("32x16x16 depthwise, 3x3", Map(32, 16, 32, 3, 1, 32)),
        ("32x16x16 depthwise, 3x3, st. 2", Map(32, 16, 32, 3, 2, 32)),
        ("1x28x28 to 16, 3x3", Map(1, 28, 16, 3, 1)),
    ];

    /// <summary>Prints tables of speeds and their ratios.</summary>
    /// <returns>The exit code.</returns>
    public static int Run()
    {
        Console.WriteLine($"Speeds in 10^9 operations a second on one core, the best of {Samples} samples taken by turns.");
        Console.WriteLine("In brackets: the share of what the product with a dense matrix of 512 x 512 reaches for 64 rows, and the share");
        Console.WriteLine("of the speed at which what a pass reads and what it writes are copied, which moves twice as much as the pass.");
        Console.WriteLine("Arithmetic bounds some passes, memory others: the larger share is the one to judge by.");
        Console.WriteLine("window: the transpose of coefficients of all channels at one position of the next 3x3 convolution's result.");
        foreach (int rows in new[] { 1, 2, 16 })
            Table<double>(rows);
        foreach (int rows in new[] { 1, 2, 32 })
            Table<float>(rows);
        return 0;
    }

    private static ConvolutionMap Map(int channels, int size, int targets, int kernel, int stride, int groups = 1)
    {
        int count = targets * channels / groups * kernel * kernel, pad = kernel == 4 ? 1 : kernel / 2;
        var shape = new ConvolutionShape(kernel, kernel, stride, stride, pad, pad, pad, pad);
        return new(RandomValues.Draw<double>(count, seed: 3), targets, new(channels, size, size), shape, groups);
    }

    private static void Table<T>(int rows)
        where T : unmanaged
    {
        const int DenseRows = 64, Dense = 512;
        Console.WriteLine();
        Console.WriteLine(
            $"{typeof(T).Name + ", rows: " + rows,-30} {"dense",7} {"forward",20} {"transpose",20} {"window",20}");
        using PackedMatrix<T> packed = PackedMatrix<T>.FromRows(RandomValues.Draw<T>(Dense * Dense, 1), Dense, Dense);
        T[] a = RandomValues.Draw<T>(DenseRows * Dense, 2), c = new T[a.Length];
        foreach ((string name, ConvolutionMap map) in Shapes)
        {
            Window output = Window.Whole(map.Output), input = Window.Whole(map.Input);
            var window = new Window(map.Output.Height / 2, map.Output.Width / 2, 3, 3);
            Window below = map.Below(window);
            using ILinearKernel<T> kernel = map.Pack<T>();
            T[] x = RandomValues.Draw<T>(rows * map.Input.Count, 4), y = RandomValues.Draw<T>(rows * map.Output.Count, 5);
            T[] forward = new T[y.Length], backward = new T[x.Length];
            int read = rows * window.CountIn(map.Output), written = rows * below.CountIn(map.Input);
            double[] seconds = Alternation.Time(
                Samples,
                () => MatrixProduct.Multiply(a, DenseRows, packed, [], c),
                () => kernel.Apply(x, rows, [], forward, add: false),
                () => kernel.ApplyTranspose(y, output, rows, backward, input, add: false),
                () => kernel.ApplyTranspose(y, window, rows, backward, below, add: false),
                () =>
                {
                    x.AsSpan().CopyTo(backward);
                    y.AsSpan().CopyTo(forward);
                },
                () =>
                {
                    x.AsSpan(0, written).CopyTo(backward);
                    y.AsSpan(0, read).CopyTo(forward);
                });
            double dense = 2.0 * DenseRows * Dense * Dense / seconds[0] / 1e9;
            double whole = Operations(map, output, rows), part = Operations(map, window, rows);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-30} {dense,7:F1} {Both(whole, seconds[1], seconds[4])} {Both(whole, seconds[2], seconds[4])} ")
                + Both(part, seconds[3], seconds[5]));

            string Both(double operations, double time, double copied) =>
                string.Create(CultureInfo.InvariantCulture, $"{Speed(operations, time)}, {copied / time,4:F2})");

            string Speed(double operations, double time) =>
                string.Create(CultureInfo.InvariantCulture, $"{operations / time / 1e9,7:F1} ({operations / time / 1e9 / dense,4:F2}");
        }
    }

    /// <summary>Two for each weight that meets an element, none for padding.</summary>
    private static double Operations(ConvolutionMap map, Window window, int rows)
    {
        double count = 0;
        var row = new SparseRow();
        for (int h = window.Top; h < window.Top + window.Height; h++)
        {
            for (int w = window.Left; w < window.Left + window.Width; w++)
            {
                map.ReadRow(map.Output.IndexOf(0, h, w), row);
                count += row.Count;
            }
        }

        return 2 * count * map.Output.Channels * rows;
    }
}
