using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Branching;

/// <summary>
/// One layer's weights laid out for backward passes of a few rows at a time over many small subdomains of the input box: rows padded to
/// whole vectors, and products that skip the neurons that are off, which in a small subdomain are most of them.
/// </summary>
internal sealed unsafe class SubdomainWeights : IDisposable
{
    /// <summary>Rows of a product come in groups of this many.</summary>
    public const int RowGroup = 4;

    private static readonly int Lanes = Vector512<double>.Count;

    private readonly double* weights;

    /// <summary>Lays out a layer.</summary>
    /// <param name="layer">The layer.</param>
    public SubdomainWeights(AffineLayer layer)
    {
        Layer = layer;
        Stride = Pad(layer.Inputs);
        nuint bytes = (nuint)layer.Outputs * (nuint)Stride * sizeof(double);
        weights = (double*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(weights, bytes);
        for (int i = 0; i < layer.Outputs; i++)
            layer.Row(i).CopyTo(new Span<double>(weights + ((nint)i * Stride), layer.Inputs));
    }

    /// <summary>Releases the memory where <see cref="Dispose"/> was not called.</summary>
    ~SubdomainWeights() => NativeMemory.AlignedFree(weights);

    /// <summary>The layer.</summary>
    public AffineLayer Layer { get; }

    /// <summary>Length of a padded row over the layer's inputs.</summary>
    public int Stride { get; }

    /// <summary>The length that this many values are padded to: whole vectors.</summary>
    /// <param name="count">Values.</param>
    public static int Pad(int count) => (count + Lanes - 1) / Lanes * Lanes;

    /// <summary>The weights of a neuron, padded with zeros.</summary>
    /// <param name="neuron">0-based.</param>
    public double* Row(int neuron) => weights + ((nint)neuron * Stride);

    /// <summary><c>C = A W</c> over the neurons that are on.</summary>
    /// <param name="a">Row-major over the layer's neurons; a multiple of <see cref="RowGroup"/> rows.</param>
    /// <param name="stride">Length of a row of <paramref name="a"/>.</param>
    /// <param name="rows">How many rows are used; those that fill the last group are computed, too.</param>
    /// <param name="live">The neurons whose coefficients may differ from 0.</param>
    /// <param name="c">Row-major over the layer's inputs; as many rows of <see cref="Stride"/> values.</param>
    public void Multiply(double* a, int stride, int rows, ReadOnlySpan<int> live, double* c)
    {
        fixed (int* on = live)
        {
            for (int r = 0; r < rows; r += RowGroup)
            {
                double* from = a + ((nint)r * stride), to = c + ((nint)r * Stride);
                int vectors = Stride / Lanes, column = 0;
                for (; vectors >= 4; vectors -= 4, column += 4 * Lanes)
                    Many<WithFourth>(from, stride, on, live.Length, weights + column, to + column);
                if (vectors == 3)
                    Many<ThreeAlone>(from, stride, on, live.Length, weights + column, to + column);
                else
                    for (; vectors > 0; vectors--, column += Lanes)
                        One(from, stride, on, live.Length, weights + column, to + column);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(weights);
        GC.SuppressFinalize(this);
    }

    /// <summary>Four vectors of the product's columns, or three: the compiler then eliminates the fourth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Many<TFourth>(double* a, int stride, int* live, int count, double* w, double* c)
        where TFourth : struct, IFourth
    {
        Vector512<double> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default,
            c13 = default;
        Vector512<double> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default,
            c33 = default;
        double* a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride;
        for (int n = 0; n < count; n++)
        {
            int k = live[n];
            double* row = w + ((nint)k * Stride);
            Vector512<double> w0 = Vector512.Load(row), w1 = Vector512.Load(row + Lanes), w2 = Vector512.Load(row + (2 * Lanes)),
                w3 = TFourth.IsThere ? Vector512.Load(row + (3 * Lanes)) : default;
            Vector512<double> x = Vector512.Create(a[k]);
            c00 = Vector512.FusedMultiplyAdd(x, w0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, w1, c01);
            c02 = Vector512.FusedMultiplyAdd(x, w2, c02);
            if (TFourth.IsThere)
                c03 = Vector512.FusedMultiplyAdd(x, w3, c03);
            x = Vector512.Create(a1[k]);
            c10 = Vector512.FusedMultiplyAdd(x, w0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, w1, c11);
            c12 = Vector512.FusedMultiplyAdd(x, w2, c12);
            if (TFourth.IsThere)
                c13 = Vector512.FusedMultiplyAdd(x, w3, c13);
            x = Vector512.Create(a2[k]);
            c20 = Vector512.FusedMultiplyAdd(x, w0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, w1, c21);
            c22 = Vector512.FusedMultiplyAdd(x, w2, c22);
            if (TFourth.IsThere)
                c23 = Vector512.FusedMultiplyAdd(x, w3, c23);
            x = Vector512.Create(a3[k]);
            c30 = Vector512.FusedMultiplyAdd(x, w0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, w1, c31);
            c32 = Vector512.FusedMultiplyAdd(x, w2, c32);
            if (TFourth.IsThere)
                c33 = Vector512.FusedMultiplyAdd(x, w3, c33);
        }

        Store<TFourth>(c, c00, c01, c02, c03);
        Store<TFourth>(c + Stride, c10, c11, c12, c13);
        Store<TFourth>(c + (2 * (nint)Stride), c20, c21, c22, c23);
        Store<TFourth>(c + (3 * (nint)Stride), c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void One(double* a, int stride, int* live, int count, double* w, double* c)
    {
        Vector512<double> c0 = default, c1 = default, c2 = default, c3 = default;
        double* a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride;
        for (int n = 0; n < count; n++)
        {
            int k = live[n];
            Vector512<double> row = Vector512.Load(w + ((nint)k * Stride));
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[k]), row, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a1[k]), row, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a2[k]), row, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[k]), row, c3);
        }

        c0.Store(c);
        c1.Store(c + Stride);
        c2.Store(c + (2 * (nint)Stride));
        c3.Store(c + (3 * (nint)Stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TFourth>(
        double* c, Vector512<double> v0, Vector512<double> v1, Vector512<double> v2, Vector512<double> v3)
        where TFourth : struct, IFourth
    {
        v0.Store(c);
        v1.Store(c + Lanes);
        v2.Store(c + (2 * Lanes));
        if (TFourth.IsThere)
            v3.Store(c + (3 * Lanes));
    }

    /// <summary>Whether a block has a fourth vector of columns: known when it is compiled.</summary>
    private interface IFourth
    {
        static abstract bool IsThere { get; }
    }

    private readonly struct WithFourth : IFourth
    {
        public static bool IsThere => true;
    }

    private readonly struct ThreeAlone : IFourth
    {
        public static bool IsThere => false;
    }
}
