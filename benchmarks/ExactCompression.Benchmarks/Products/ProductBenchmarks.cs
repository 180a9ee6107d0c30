using BenchmarkDotNet.Attributes;
using ExactCompression.Numerics;

namespace ExactCompression.Benchmarks;

/// <summary>The packed matrix product on one thread, and the packing of its right-hand factor.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ProductBenchmarks<T>
    where T : unmanaged
{
    private T[] a = [];
    private T[] b = [];
    private T[] c = [];
    private PackedMatrix<T>? packed;

    /// <summary>The shape of this run.</summary>
    [ParamsSource(typeof(Shape), nameof(Benchmarks.Shape.All))]
    public Shape Shape { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        a = RandomValues.Draw<T>(Shape.Rows * Shape.Inner, seed: 1);
        b = RandomValues.Draw<T>(Shape.Inner * Shape.Columns, seed: 2);
        c = new T[Shape.Rows * Shape.Columns];
        packed = PackedMatrix<T>.FromRows(b, Shape.Inner, Shape.Columns);
    }

    [GlobalCleanup]
    public void Release() => packed?.Dispose();

    [Benchmark]
    public void Multiply() => MatrixProduct.Multiply(a, Shape.Rows, packed!, [], c);

    [Benchmark]
    public void Pack() => PackedMatrix<T>.FromRows(b, Shape.Inner, Shape.Columns).Dispose();
}
