using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// The constant of one row on its way back through the layers, with the accumulated rounding error. Linear bound propagation, plain or
/// optimised, consists of its steps: the proof's arithmetic is only here.
/// </summary>
/// <remarks>
/// <para>
/// Going back through a layer, a row <c>A</c> over its values becomes <c>D = A * slope</c> over its pre-activations and adds <c>D W</c> to
/// the row over each value that the layer takes. The floating-point values of <c>D</c> and of these sums are taken as exact; their
/// difference from the real ones is charged to the bound: <c>|D| . Error</c> of <see cref="LayerRelaxation"/>. The constant collects
/// intercepts and biases, and its size, so that the rounding of that sum is charged at the end. <see cref="Rounding.Gamma"/> is twice what
/// the theory requires, which covers the rounding of the charges' own sums, in any order: sums run over the lanes of vectors. Where
/// something overflows the bounds become infinite or NaN, and prove nothing; an overflowed coefficient may even have the wrong sign, so
/// none is dropped without checking that it is finite.
/// </para>
/// <para>
/// Lanes beyond the end of a row hold whatever follows it in memory: their coefficients are taken as 0, and they are stored back unchanged.
/// So rows, and arrays that go with them, need <see cref="RowPadding.Length"/> elements behind the last one.
/// </para>
/// </remarks>
internal struct BackwardRow
{
    /// <summary>Value of the constant.</summary>
    public double Constant;

    /// <summary>Sum of the magnitudes of all terms that were added to it.</summary>
    public double Size;

    /// <summary>The accumulated error of rounding the coefficients.</summary>
    public double Error;

    /// <summary>Starts at a neuron, whose weights, or their negatives to bound it from below, are the row.</summary>
    /// <param name="bias">The neuron's bias.</param>
    /// <param name="above">True to bound <c>z</c> from above, false to bound <c>-z</c> from above.</param>
    /// <param name="error">What the radii of its weights, and rounding where the row's elements are sums, can add to it.</param>
    public static BackwardRow Start(double bias, bool above, double error) =>
        new() { Constant = above ? bias : -bias, Size = Math.Abs(bias), Error = error };

    /// <summary>Replaces each rectifier by the line that keeps the row an upper bound, and adds the layer's bias.</summary>
    /// <param name="lines">The layer's lines, over the row's window.</param>
    /// <param name="slopes">Slopes of the lines below its rectifiers, in [0,1] where the phase is open; with slack.</param>
    /// <param name="row">Coefficients over the rectifiers' outputs, which become those over the pre-activations; with slack.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PassRectifiers(LayerLines lines, ReadOnlySpan<double> slopes, Span<double> row)
    {
        ref double values = ref MemoryMarshal.GetReference(row);
        ref double below = ref MemoryMarshal.GetReference(slopes);
        ref double above = ref MemoryMarshal.GetArrayDataReference(lines.UpperSlope);
        ref double intercepts = ref MemoryMarshal.GetArrayDataReference(lines.UpperIntercept);
        ref double biases = ref MemoryMarshal.GetArrayDataReference(lines.Bias);
        ref double errors = ref MemoryMarshal.GetArrayDataReference(lines.Error);
        Vector512<double> zero = Vector512<double>.Zero, infinity = Vector512.Create(double.PositiveInfinity),
            underflow = Vector512.Create(Rounding.Underflow);
        Vector512<double> sums = zero, sizes = zero, charges = zero;
        for (int i = 0; i < row.Length; i += Vector512<double>.Count)
        {
            nuint at = (nuint)i;
            Vector512<double> mask = Lanes(row.Length - i), old = Vector512.LoadUnsafe(ref values, at), a = old & mask;
            Vector512<double> up = Vector512.GreaterThan(a, zero);
            Vector512<double> slope = Vector512.ConditionalSelect(
                up, Vector512.LoadUnsafe(ref above, at), Vector512.LoadUnsafe(ref below, at));
            Vector512<double> intercept = Vector512.LoadUnsafe(ref intercepts, at) & up;

            // A rectifier that is off drops a finite coefficient altogether; an infinite one gives NaN.
            Vector512<double> live = ~(Vector512.Equals(a, zero)
                | (Vector512.Equals(slope, zero) & Vector512.Equals(intercept, zero) & Vector512.LessThan(Vector512.Abs(a), infinity)));
            Vector512<double> d = (a * slope) & live, t = (a * intercept) & live, b = d * Vector512.LoadUnsafe(ref biases, at) & live;
            sums += t + b;
            sizes += t + Vector512.Abs(b);
            charges += ((Vector512.Abs(d) * Vector512.LoadUnsafe(ref errors, at)) + underflow) & live;
            Vector512.ConditionalSelect(mask, d, old).StoreUnsafe(ref values, at);
        }

        Constant += Vector512.Sum(sums);
        Size += Vector512.Sum(sizes);
        Error += Vector512.Sum(charges);
    }

    /// <summary>Replaces each smooth function by the line that keeps the row an upper bound, and adds the layer's bias.</summary>
    /// <param name="lines">The layer's lines, over the row's window.</param>
    /// <param name="row">Coefficients over the functions' values, which become those over the pre-activations; with slack.</param>
    /// <remarks>Where a line is level, nothing is left of a finite coefficient but the intercept, which is charged for its size.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PassSmooth(LayerLines lines, Span<double> row)
    {
        ref double values = ref MemoryMarshal.GetReference(row);
        ref double above = ref MemoryMarshal.GetArrayDataReference(lines.UpperSlope);
        ref double below = ref MemoryMarshal.GetArrayDataReference(lines.LowerSlope);
        ref double highs = ref MemoryMarshal.GetArrayDataReference(lines.UpperIntercept);
        ref double lows = ref MemoryMarshal.GetArrayDataReference(lines.LowerIntercept);
        ref double biases = ref MemoryMarshal.GetArrayDataReference(lines.Bias);
        ref double errors = ref MemoryMarshal.GetArrayDataReference(lines.Error);
        Vector512<double> zero = Vector512<double>.Zero, underflow = Vector512.Create(Rounding.Underflow);
        Vector512<double> sums = zero, sizes = zero, charges = zero;
        for (int i = 0; i < row.Length; i += Vector512<double>.Count)
        {
            nuint at = (nuint)i;
            Vector512<double> mask = Lanes(row.Length - i), old = Vector512.LoadUnsafe(ref values, at), a = old & mask;
            Vector512<double> up = Vector512.GreaterThan(a, zero), live = ~Vector512.Equals(a, zero);
            Vector512<double> slope = Vector512.ConditionalSelect(
                up, Vector512.LoadUnsafe(ref above, at), Vector512.LoadUnsafe(ref below, at));
            Vector512<double> intercept = Vector512.ConditionalSelect(
                up, Vector512.LoadUnsafe(ref highs, at), Vector512.LoadUnsafe(ref lows, at));
            Vector512<double> d = (a * slope) & live, passed = ~Vector512.Equals(d, zero), t = (a * intercept) & live,
                b = d * Vector512.LoadUnsafe(ref biases, at) & passed;
            sums += t + b;
            sizes += Vector512.Abs(t) + Vector512.Abs(b);
            charges += ((Vector512.Abs(d) * Vector512.LoadUnsafe(ref errors, at)) & passed) + (underflow & live);
            Vector512.ConditionalSelect(mask, d, old).StoreUnsafe(ref values, at);
        }

        Constant += Vector512.Sum(sums);
        Size += Vector512.Sum(sizes);
        Error += Vector512.Sum(charges);
    }

    /// <summary>Passes a layer without rectifiers, which leaves the row as it is, and adds the layer's bias.</summary>
    /// <param name="lines">The layer's biases and errors, over the row's window.</param>
    /// <param name="row">Coefficients; with slack.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PassLinear(LayerLines lines, ReadOnlySpan<double> row)
    {
        ref double values = ref MemoryMarshal.GetReference(row);
        ref double biases = ref MemoryMarshal.GetArrayDataReference(lines.Bias);
        ref double errors = ref MemoryMarshal.GetArrayDataReference(lines.Error);
        Vector512<double> zero = Vector512<double>.Zero, underflow = Vector512.Create(Rounding.Underflow);
        Vector512<double> sums = zero, sizes = zero, charges = zero;
        for (int i = 0; i < row.Length; i += Vector512<double>.Count)
        {
            nuint at = (nuint)i;
            Vector512<double> d = Vector512.LoadUnsafe(ref values, at) & Lanes(row.Length - i), live = ~Vector512.Equals(d, zero);
            Vector512<double> b = d * Vector512.LoadUnsafe(ref biases, at) & live;
            sums += b;
            sizes += Vector512.Abs(b);
            charges += ((Vector512.Abs(d) * Vector512.LoadUnsafe(ref errors, at)) + underflow) & live;
        }

        Constant += Vector512.Sum(sums);
        Size += Vector512.Sum(sizes);
        Error += Vector512.Sum(charges);
    }

    /// <summary>Passes one rectifier that is linear by assumption: its coefficient over the pre-activation is given.</summary>
    /// <param name="lines">The layer.</param>
    /// <param name="element">The rectifier's place in its arrays.</param>
    /// <param name="coefficient">Coefficient over its pre-activation.</param>
    public void PassFixed(LayerLines lines, int element, double coefficient)
    {
        if (coefficient == 0)
            return;
        double b = coefficient * lines.Bias[element];
        Constant += b;
        Size += Math.Abs(b);
        Error += (Math.Abs(coefficient) * lines.Error[element]) + Rounding.Underflow;
    }

    /// <summary>Replaces a share of one rectifier by an affine function over what its layer takes.</summary>
    /// <param name="share">The part of its coefficient that the function gets.</param>
    /// <param name="coefficient">Its coefficient, above 0.</param>
    /// <param name="intercept">The function's intercept.</param>
    /// <param name="error">What the layer charges for a coefficient of 1: as much as the weights of the function, which are no larger, and
    /// what is lost where the coefficient is divided, can add.</param>
    public void PassEnvelope(double share, double coefficient, double intercept, double error)
    {
        double t = share * intercept;
        Constant += t;
        Size += Math.Abs(t);
        Error += (coefficient * error) + Rounding.Underflow;
    }

    /// <summary>Ends at the input: adds the row's largest value over the box.</summary>
    /// <param name="row">Coefficients over the network's inputs; with slack.</param>
    /// <param name="lower">Lower ends of the box; with slack.</param>
    /// <param name="upper">Upper ends of the box; with slack.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Concretise(ReadOnlySpan<double> row, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        ref double values = ref MemoryMarshal.GetReference(row);
        ref double lows = ref MemoryMarshal.GetReference(lower);
        ref double highs = ref MemoryMarshal.GetReference(upper);
        Vector512<double> sums = Vector512<double>.Zero, sizes = sums;
        for (int i = 0; i < row.Length; i += Vector512<double>.Count)
        {
            nuint at = (nuint)i;
            Vector512<double> mask = Lanes(row.Length - i), a = Vector512.LoadUnsafe(ref values, at);
            Vector512<double> end = Vector512.ConditionalSelect(
                Vector512.GreaterThan(a, Vector512<double>.Zero), Vector512.LoadUnsafe(ref highs, at), Vector512.LoadUnsafe(ref lows, at));
            Vector512<double> t = (a * end) & mask;
            sums += t;
            sizes += Vector512.Abs(t);
        }

        Constant += Vector512.Sum(sums);
        Size += Vector512.Sum(sizes);
        Error += row.IndexOfAnyExcept(0.0) >= 0 ? Rounding.Underflow : 0;
    }

    /// <summary>
    /// Whether nothing but the bias is left, after <see cref="Concretise"/>: whatever else is added is charged for underflow at least. The
    /// row has passed only rectifiers that are off, and the pre-activation is its bias.
    /// </summary>
    public readonly bool IsBias => Error == 0;

    /// <summary>A value not below the row's maximum, after <see cref="Concretise"/>.</summary>
    /// <param name="gamma">The rounding error of sums, relative to their size.</param>
    /// <param name="loss">The error of underflow.</param>
    public readonly double Bound(double gamma, double loss) =>
        IsBias ? Constant : Math.BitIncrement(Constant + Charge(gamma, loss));

    /// <summary>The charge for rounding errors.</summary>
    /// <param name="gamma">The rounding error of sums, relative to their size.</param>
    /// <param name="loss">The error of underflow.</param>
    public readonly double Charge(double gamma, double loss) => (Error * (1 + 1e-9)) + (gamma * Size) + loss;

    /// <summary>All bits set in the first lanes.</summary>
    /// <param name="count">How many elements are left.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<double> Lanes(int count) =>
        count >= Vector512<double>.Count
            ? Vector512<double>.AllBitsSet
            : Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).AsDouble();
}
