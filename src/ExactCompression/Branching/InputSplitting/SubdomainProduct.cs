using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// The matrix product of backward passes over subdomains of an input box: a few rows, small matrices that change with every subdomain, so
/// that nothing is packed beforehand.
/// </summary>
internal static unsafe class SubdomainProduct
{
    /// <summary>Rows of a product come in groups of this many.</summary>
    public const int RowGroup = 4;

    /// <summary>Values of a long vector, to which rows are padded, and of a short one.</summary>
    private const int Lanes = 8, Short = 4;

    /// <summary>The length that this many values are padded to: whole vectors.</summary>
    /// <param name="count">Values.</param>
    public static int Pad(int count) => (count + Lanes - 1) / Lanes * Lanes;

    /// <summary><c>C = A W</c>.</summary>
    /// <param name="a">Row-major; a multiple of <see cref="RowGroup"/> rows.</param>
    /// <param name="aStride">Length of a row of <paramref name="a"/>.</param>
    /// <param name="rows">How many rows are used; those that fill the last group are computed, too.</param>
    /// <param name="count">How many values of each row are used.</param>
    /// <param name="w">As many rows of <paramref name="stride"/> values.</param>
    /// <param name="stride">Length of the rows of W and C, a whole number of vectors.</param>
    /// <param name="c">Row-major.</param>
    public static void Multiply(double* a, int aStride, int rows, int count, double* w, int stride, double* c)
    {
        for (int r = 0; r < rows; r += RowGroup)
        {
            double* from = a + ((nint)r * aStride), to = c + ((nint)r * stride);
            if (Vector512.IsHardwareAccelerated)
                Wide(from, aStride, count, w, stride, to);
            else
                Narrow(from, aStride, count, w, stride, to);
        }
    }

    /// <summary>With 32 registers: four long vectors of columns at a time.</summary>
    private static void Wide(double* a, int aStride, int count, double* w, int stride, double* c)
    {
        int vectors = stride / Lanes, column = 0;
        for (; vectors >= 4; vectors -= 4, column += 4 * Lanes)
            Long<WithLast>(a, aStride, count, w + column, stride, c + column);
        if (vectors == 3)
            Long<LastLeftOut>(a, aStride, count, w + column, stride, c + column);
        else
            for (; vectors > 0; vectors--, column += Lanes)
                Single(a, aStride, count, w + column, stride, c + column);
    }

    /// <summary>
    /// With 16 registers: three short vectors at a time, so that all twelve sums stay in registers, and two where one would be left.
    /// </summary>
    private static void Narrow(double* a, int aStride, int count, double* w, int stride, double* c)
    {
        int vectors = stride / Short, column = 0;
        for (; vectors >= 3 && vectors != 4; vectors -= 3, column += 3 * Short)
            Shorts<WithLast>(a, aStride, count, w + column, stride, c + column);
        for (; vectors > 0; vectors -= 2, column += 2 * Short)
            Shorts<LastLeftOut>(a, aStride, count, w + column, stride, c + column);
    }

    /// <summary>Four long vectors of the product's columns, or three: the compiler then eliminates the fourth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Long<TLast>(double* a, int aStride, int count, double* w, int stride, double* c)
        where TLast : struct, ILast
    {
        Vector512<double> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default,
            c13 = default;
        Vector512<double> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default,
            c33 = default;
        double* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        for (int k = 0; k < count; k++, w += stride)
        {
            Vector512<double> w0 = Vector512.Load(w), w1 = Vector512.Load(w + Lanes), w2 = Vector512.Load(w + (2 * Lanes)),
                w3 = TLast.IsThere ? Vector512.Load(w + (3 * Lanes)) : default;
            Vector512<double> x = Vector512.Create(a[k]);
            c00 = Vector512.FusedMultiplyAdd(x, w0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, w1, c01);
            c02 = Vector512.FusedMultiplyAdd(x, w2, c02);
            if (TLast.IsThere)
                c03 = Vector512.FusedMultiplyAdd(x, w3, c03);
            x = Vector512.Create(a1[k]);
            c10 = Vector512.FusedMultiplyAdd(x, w0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, w1, c11);
            c12 = Vector512.FusedMultiplyAdd(x, w2, c12);
            if (TLast.IsThere)
                c13 = Vector512.FusedMultiplyAdd(x, w3, c13);
            x = Vector512.Create(a2[k]);
            c20 = Vector512.FusedMultiplyAdd(x, w0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, w1, c21);
            c22 = Vector512.FusedMultiplyAdd(x, w2, c22);
            if (TLast.IsThere)
                c23 = Vector512.FusedMultiplyAdd(x, w3, c23);
            x = Vector512.Create(a3[k]);
            c30 = Vector512.FusedMultiplyAdd(x, w0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, w1, c31);
            c32 = Vector512.FusedMultiplyAdd(x, w2, c32);
            if (TLast.IsThere)
                c33 = Vector512.FusedMultiplyAdd(x, w3, c33);
        }

        Store<TLast>(c, c00, c01, c02, c03);
        Store<TLast>(c + stride, c10, c11, c12, c13);
        Store<TLast>(c + (2 * (nint)stride), c20, c21, c22, c23);
        Store<TLast>(c + (3 * (nint)stride), c30, c31, c32, c33);
    }

    /// <summary>One long vector of the product's columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Single(double* a, int aStride, int count, double* w, int stride, double* c)
    {
        Vector512<double> c0 = default, c1 = default, c2 = default, c3 = default;
        double* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        for (int k = 0; k < count; k++, w += stride)
        {
            Vector512<double> row = Vector512.Load(w);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[k]), row, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a1[k]), row, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a2[k]), row, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[k]), row, c3);
        }

        c0.Store(c);
        c1.Store(c + stride);
        c2.Store(c + (2 * (nint)stride));
        c3.Store(c + (3 * (nint)stride));
    }

    /// <summary>Three short vectors of the product's columns, or two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Shorts<TLast>(double* a, int aStride, int count, double* w, int stride, double* c)
        where TLast : struct, ILast
    {
        Vector256<double> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector256<double> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        double* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        for (int k = 0; k < count; k++, w += stride)
        {
            Vector256<double> w0 = Vector256.Load(w), w1 = Vector256.Load(w + Short),
                w2 = TLast.IsThere ? Vector256.Load(w + (2 * Short)) : default;
            Vector256<double> x = Vector256.Create(a[k]);
            c00 = Vector256.FusedMultiplyAdd(x, w0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, w1, c01);
            if (TLast.IsThere)
                c02 = Vector256.FusedMultiplyAdd(x, w2, c02);
            x = Vector256.Create(a1[k]);
            c10 = Vector256.FusedMultiplyAdd(x, w0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, w1, c11);
            if (TLast.IsThere)
                c12 = Vector256.FusedMultiplyAdd(x, w2, c12);
            x = Vector256.Create(a2[k]);
            c20 = Vector256.FusedMultiplyAdd(x, w0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, w1, c21);
            if (TLast.IsThere)
                c22 = Vector256.FusedMultiplyAdd(x, w2, c22);
            x = Vector256.Create(a3[k]);
            c30 = Vector256.FusedMultiplyAdd(x, w0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, w1, c31);
            if (TLast.IsThere)
                c32 = Vector256.FusedMultiplyAdd(x, w2, c32);
        }

        Store<TLast>(c, c00, c01, c02);
        Store<TLast>(c + stride, c10, c11, c12);
        Store<TLast>(c + (2 * (nint)stride), c20, c21, c22);
        Store<TLast>(c + (3 * (nint)stride), c30, c31, c32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLast>(
        double* c, Vector512<double> v0, Vector512<double> v1, Vector512<double> v2, Vector512<double> v3)
        where TLast : struct, ILast
    {
        v0.Store(c);
        v1.Store(c + Lanes);
        v2.Store(c + (2 * Lanes));
        if (TLast.IsThere)
            v3.Store(c + (3 * Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLast>(double* c, Vector256<double> v0, Vector256<double> v1, Vector256<double> v2)
        where TLast : struct, ILast
    {
        v0.Store(c);
        v1.Store(c + Short);
        if (TLast.IsThere)
            v2.Store(c + (2 * Short));
    }

    /// <summary>Whether a block has its last vector of columns: known when it is compiled.</summary>
    private interface ILast
    {
        static abstract bool IsThere { get; }
    }

    private readonly struct WithLast : ILast
    {
        public static bool IsThere => true;
    }

    private readonly struct LastLeftOut : ILast
    {
        public static bool IsThere => false;
    }
}
