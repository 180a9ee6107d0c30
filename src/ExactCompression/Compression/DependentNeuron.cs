using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>A stably active neuron expressed by those of a basis, <c>z_d = K z_base + t_d</c>, with a proven bound of the error.</summary>
internal sealed class DependentNeuron
{
    private readonly double slack;
    private readonly double delta;
    private readonly double size;

    private DependentNeuron(
        int row, ReadOnlyMemory<double> coefficients, double constant, double residual, double scale, double slack, double delta,
        double size)
    {
        Row = row;
        Coefficients = coefficients;
        Constant = constant;
        Residual = residual;
        Scale = scale;
        this.slack = slack;
        this.delta = delta;
        this.size = size;
    }

    /// <summary>Row in the working layer.</summary>
    public int Row { get; }

    /// <summary><c>K</c>, one for each row of the basis.</summary>
    public ReadOnlyMemory<double> Coefficients { get; }

    /// <summary><c>t_d = b_d - K b_base</c>, as computed.</summary>
    public double Constant { get; }

    /// <summary><c>rho_d</c>: a bound of <c>|z~_d - K z~_base - t_d|</c> over what the layer reads.</summary>
    public double Residual { get; }

    /// <summary><c>|w_d| |a~|max + |b_d|</c>: what the residual is to be compared with.</summary>
    public double Scale { get; }

    /// <summary>All dependent neurons of a basis whose coefficients are finite.</summary>
    public static IEnumerable<DependentNeuron> Of(CompressionState state, RowBasis basis)
    {
        WorkingLayer current = state.Current;
        int rank = basis.Rank;
        double[] sizes = [.. basis.Base.Select(row => Size(current, row, state.Inputs))];
        double[] magnitudes = [.. basis.Base.Select(row => Math.Abs(current.Bias[row]))];
        double[] slacks = [.. basis.Base.Select(row => Slack(state, row))];
        double[] activations = [.. basis.Base.Select(row => state.ActivationOf(row).Upper)];
        for (int d = 0; d < basis.Dependent.Length; d++)
        {
            ReadOnlyMemory<double> k = basis.Coefficients.AsMemory(d * rank, rank);
            double constant = current.Bias[basis.Dependent[d]];
            for (int j = 0; j < rank; j++)
                constant = Math.FusedMultiplyAdd(-k.Span[j], current.Bias[basis.Base[j]], constant);
            if (double.IsFinite(constant) && (rank == 0 || TensorPrimitives.IsFiniteAll(k.Span)))
                yield return Make(state, basis, basis.Dependent[d], k, constant, (sizes, magnitudes, slacks, activations));
        }
    }

    /// <summary>How far the expression may be from the original neuron, with the rounding of the sums it enters.</summary>
    /// <param name="gamma">The rounding of those sums, relative to their magnitudes.</param>
    public double Moved(double gamma)
    {
        double rounding = UpperBound.Multiply(gamma, UpperBound.Add(size, Math.Abs(Constant)));
        return UpperBound.Add(UpperBound.Add(Residual, delta), UpperBound.Add(slack, rounding));
    }

    /// <summary>The largest number that this neuron adds to a weight or bias of the next layer.</summary>
    public double Contribution(AffineLayer next, int[] neurons)
    {
        double largest = 0;
        for (int i = 0; i < next.Outputs; i++)
            largest = Math.Max(largest, Math.Abs(next.Row(i)[neurons[Row]]));
        double factor = Coefficients.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(Coefficients.Span));
        return UpperBound.Multiply(largest, Math.Max(factor, Math.Abs(Constant)));
    }

    /// <remarks>
    /// The residual row <c>w_d - K w_base</c> is computed with an error of at most <c>gamma_(r+1)</c> of the magnitudes in every column,
    /// and bounded over the box; the error of <c>t_d</c> likewise. Both sides are charged, though they are nearly the same where the row
    /// depends on the basis: for few rows one would do.
    /// </remarks>
    private static DependentNeuron Make(
        CompressionState state,
        RowBasis basis,
        int row,
        ReadOnlyMemory<double> k,
        double constant,
        (double[] Sizes, double[] Magnitudes, double[] Slacks, double[] Activations) of)
    {
        WorkingLayer current = state.Current;
        double[] residual = current.Row(row).ToArray();
        for (int j = 0; j < basis.Rank; j++)
        {
            if (k.Span[j] != 0)
                TensorPrimitives.FusedMultiplyAdd(current.Row(basis.Base[j]), -k.Span[j], residual, residual);
        }

        // Underflows([1]) is spare here and where others are merged or folded: a dot product of magnitudes that is not 0 is charged 1e-300
        // and more beyond its value, and a constant's products lose 2^-1075 each.
        double gamma = UpperBound.Gamma(basis.Rank + 3);
        double scale = UpperBound.Add(Size(current, row, state.Inputs), Math.Abs(current.Bias[row]));
        double magnitude = UpperBound.Add(UpperBound.MagnitudeDot(k.Span, of.Sizes), UpperBound.MagnitudeDot(k.Span, of.Magnitudes));
        double rounding = magnitude == 0
            ? 0 // a constant row needs no sums
            : UpperBound.Add(
                UpperBound.Multiply(gamma, UpperBound.Add(magnitude, scale)),
                UpperBound.Add(UpperBound.Underflows(state.Inputs.Magnitude), UpperBound.Underflows([1])));
        double rho = UpperBound.Add(state.Inputs.Largest(residual, 0), rounding);
        return new(
            row,
            k,
            constant,
            rho,
            scale,
            UpperBound.MagnitudeDot(k.Span, of.Slacks),
            current.Delta[row],
            UpperBound.MagnitudeDot(k.Span, of.Activations));
    }

    private static double Size(WorkingLayer layer, int row, Box inputs) => UpperBound.MagnitudeDot(layer.Row(row), inputs.Magnitude);

    /// <summary>
    /// How much the rectifier may cut from a neuron of the basis that earlier steps have moved below 0. Where these moved the dependent
    /// neuron alike, what is cut and how far it moved cancel; they need not have.
    /// </summary>
    private static double Slack(CompressionState state, int row)
    {
        double lower = state.Bounds.Lower(state.Number)[state.Current.Neurons[row]];
        double delta = state.Current.Delta[row];
        return lower >= delta ? 0 : delta;
    }
}
