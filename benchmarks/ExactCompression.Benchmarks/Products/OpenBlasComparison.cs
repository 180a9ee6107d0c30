using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Benchmarks;

/// <summary>The project's matrix product against that of OpenBLAS: same shapes, same number of threads, in alternation.</summary>
internal static class OpenBlasComparison
{
    private const int Samples = 15;

    /// <summary>Rows that one thread takes at a time where rows are split.</summary>
    private const int RowBlock = 64;

    private delegate void BlasProduct<T>(T[] a, T[] b, T[] c, int rows, int inner, int columns);

    /// <summary>Prints a table of speeds and their ratios.</summary>
    /// <param name="threadCounts">Thread counts to compare with.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<int> threadCounts)
    {
        using OpenBlas? blas = OpenBlas.TryLoad();
        if (blas is null)
        {
            Console.Error.WriteLine("OpenBLAS was not found. On Debian: apt-get install libopenblas0-pthread.");
            return 2;
        }

        Console.WriteLine(blas.Description);
        Console.WriteLine(
            $"Speeds in 10^9 operations a second, the best of {Samples} samples taken by turns. Ratios are ours to OpenBLAS: with the "
                + $"right-hand factor packed beforehand, and with packing.");
        foreach (int threads in threadCounts)
        {
            blas.UseThreads(threads);
            Table<float>($"float, threads: {threads}", blas.Multiply, threads, 1e-5);
            Table<double>($"double, threads: {threads}", blas.Multiply, threads, 1e-14);
        }

        return 0;
    }

    private static void Table<T>(string title, BlasProduct<T> theirs, int threads, double tolerance)
        where T : unmanaged, IConvertible
    {
        Console.WriteLine();
        Console.WriteLine($"{title,-22} {"ours",8} {"OpenBLAS",8} {"ratio",7} {"packing",7}");
        var ratios = new List<double>();
        foreach (Shape s in Shape.All)
        {
            T[] a = RandomValues.Draw<T>(s.Rows * s.Inner, seed: 1), b = RandomValues.Draw<T>(s.Inner * s.Columns, seed: 2);
            var c = new T[s.Rows * s.Columns];
            var d = new T[c.Length];
            using PackedMatrix<T> packed = PackedMatrix<T>.FromRows(b, s.Inner, s.Columns);
            double[] seconds = Alternation.Time(
                Samples,
                () => Multiply(a, packed, c, s, threads),
                () => theirs(a, b, d, s.Rows, s.Inner, s.Columns),
                () => PackedMatrix<T>.FromRows(b, s.Inner, s.Columns).Dispose());
            RequireAgreement(s, c, d, tolerance);
            ratios.Add(seconds[1] / seconds[0]);
            double rate = s.Operations / seconds[0] / 1e9, theirRate = s.Operations / seconds[1] / 1e9;
            Print($"{s,-22} {rate,8:F1} {theirRate,8:F1} {ratios[^1],7:F2} {seconds[1] / (seconds[0] + seconds[2]),7:F2}");
        }

        Print($"{"geometric mean",-22} {"",8} {"",8} {Math.Exp(ratios.Average(Math.Log)),7:F2}");
        Print($"{"least",-22} {"",8} {"",8} {ratios.Min(),7:F2}");
    }

    /// <summary>Our product, its rows split between threads as the library's callers do.</summary>
    private static void Multiply<T>(T[] a, PackedMatrix<T> b, T[] c, Shape s, int threads)
        where T : unmanaged
    {
        if (threads == 1)
        {
            MatrixProduct.Multiply(a, s.Rows, b, [], c);
            return;
        }

        Parallel.For(0, (s.Rows + RowBlock - 1) / RowBlock, new() { MaxDegreeOfParallelism = threads }, block =>
        {
            int first = block * RowBlock, rows = Math.Min(RowBlock, s.Rows - first);
            MatrixProduct.Multiply(a.AsSpan(first * s.Inner), rows, b, [], c.AsSpan(first * s.Columns));
        });
    }

    /// <summary>A fast product is of no use if it is wrong.</summary>
    private static void RequireAgreement<T>(Shape s, T[] ours, T[] theirs, double tolerance)
        where T : IConvertible
    {
        for (int i = 0; i < ours.Length; i++)
        {
            double difference = ours[i].ToDouble(CultureInfo.InvariantCulture) - theirs[i].ToDouble(CultureInfo.InvariantCulture);
            if (!(Math.Abs(difference) <= tolerance * s.Inner))
                throw new InvalidOperationException($"The products {s} differ at element {i}: {ours[i]} and {theirs[i]}.");
        }
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
