namespace ExactCompression.Numerics;

/// <summary>The geometry of a convolution over rows and columns; one over a single axis has one row.</summary>
/// <param name="KernelHeight">Rows of the kernel.</param>
/// <param name="KernelWidth">Columns of the kernel.</param>
/// <param name="StrideRows">Step between rows of the result.</param>
/// <param name="StrideColumns">Step between columns of the result.</param>
/// <param name="PadTop">Rows of zeros above.</param>
/// <param name="PadLeft">Columns of zeros on the left.</param>
/// <param name="PadBottom">Rows of zeros below.</param>
/// <param name="PadRight">Columns of zeros on the right.</param>
/// <param name="DilationRows">Step between rows of the kernel.</param>
/// <param name="DilationColumns">Step between columns of the kernel.</param>
internal readonly record struct ConvolutionShape(
    int KernelHeight,
    int KernelWidth,
    int StrideRows = 1,
    int StrideColumns = 1,
    int PadTop = 0,
    int PadLeft = 0,
    int PadBottom = 0,
    int PadRight = 0,
    int DilationRows = 1,
    int DilationColumns = 1)
{
    /// <summary>Positions of a kernel.</summary>
    public int Taps => KernelHeight * KernelWidth;

    /// <summary>Whether windows may reach beyond the input.</summary>
    public bool HasPadding => (PadTop, PadLeft, PadBottom, PadRight) != (0, 0, 0, 0);

    /// <summary>Rows of the result.</summary>
    /// <param name="height">Rows of the input.</param>
    public int OutputHeight(int height) =>
        ((height + PadTop + PadBottom - (DilationRows * (KernelHeight - 1)) - 1) / StrideRows) + 1;

    /// <summary>Columns of the result.</summary>
    /// <param name="width">Columns of the input.</param>
    public int OutputWidth(int width) =>
        ((width + PadLeft + PadRight - (DilationColumns * (KernelWidth - 1)) - 1) / StrideColumns) + 1;

    /// <summary>The row of the input that a kernel's row meets; outside of the input in the padding.</summary>
    /// <param name="row">Row of the result.</param>
    /// <param name="tap">Row of the kernel.</param>
    public int InputRow(int row, int tap) => (row * StrideRows) - PadTop + (tap * DilationRows);

    /// <summary>The column of the input that a kernel's column meets; outside of the input in the padding.</summary>
    /// <param name="column">Column of the result.</param>
    /// <param name="tap">Column of the kernel.</param>
    public int InputColumn(int column, int tap) => (column * StrideColumns) - PadLeft + (tap * DilationColumns);

    /// <summary>The positions of the input that a window of the result can depend on.</summary>
    /// <param name="above">The window.</param>
    /// <param name="input">The input.</param>
    public Window Below(Window above, MapShape input)
    {
        int top = Math.Max(0, InputRow(above.Top, 0)), left = Math.Max(0, InputColumn(above.Left, 0));
        int bottom = Math.Min(input.Height - 1, InputRow(above.Top + above.Height - 1, KernelHeight - 1));
        int right = Math.Min(input.Width - 1, InputColumn(above.Left + above.Width - 1, KernelWidth - 1));
        return new(top, left, Math.Max(0, bottom - top + 1), Math.Max(0, right - left + 1));
    }
}
