namespace ExactCompression.Numerics;

/// <summary>
/// A linear map between two vectors, as data: a matrix, a convolution, a selection of elements. Immutable. It knows its weights exactly as
/// double, row by row, and packs them for products with many vectors at once (<see cref="ILinearKernel{T}"/>).
/// </summary>
internal interface ILinearMap
{
    /// <summary>The arrangement of what it takes.</summary>
    MapShape Input { get; }

    /// <summary>The arrangement of what it gives.</summary>
    MapShape Output { get; }

    /// <summary>A bound on the entries of a row: the length of the sums that give an element of the result.</summary>
    int FanIn { get; }

    /// <summary>A bound on the entries of a column: the length of the sums that give an element of the transpose's result.</summary>
    int FanOut { get; }

    /// <summary>
    /// The radii of the weights where they are known only up to rounding: the true map lies entry by entry within this one of the stored
    /// weights. Null where the stored weights are exact.
    /// </summary>
    ILinearMap? Radius { get; }

    /// <summary>The map of the weights' absolute values.</summary>
    ILinearMap Absolute { get; }

    /// <summary>Reads the row that gives one element of the result.</summary>
    /// <param name="output">0-based element.</param>
    /// <param name="row">Receives the entries, in increasing columns.</param>
    void ReadRow(int output, SparseRow row);

    /// <summary>The positions of its input that the outputs in a window can depend on.</summary>
    /// <param name="above">A window of <see cref="Output"/>.</param>
    Window Below(Window above);

    /// <summary>Packs the weights, in single or double precision.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    ILinearKernel<T> Pack<T>()
        where T : unmanaged;
}
