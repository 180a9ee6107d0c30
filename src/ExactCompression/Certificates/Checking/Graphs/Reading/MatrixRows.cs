namespace ExactCompression.Certificates.Checking;

/// <summary>A matrix, or the same matrix for each of several vectors that lie one after another.</summary>
/// <param name="weights">Row-major outputs x inputs.</param>
/// <param name="radii">Radii of the weights; empty where they are exact.</param>
/// <param name="outputs">Rows of the matrix.</param>
/// <param name="inputs">Its columns.</param>
/// <param name="vectors">How many vectors it is applied to.</param>
internal sealed class MatrixRows(
    ReadOnlyMemory<double> weights, ReadOnlyMemory<double> radii, int outputs, int inputs, int vectors = 1) : CheckedMap
{
    /// <inheritdoc/>
    public override int Rows => outputs * vectors;

    /// <inheritdoc/>
    public override int Columns => inputs * vectors;

    /// <inheritdoc/>
    public override int MostEntries => inputs;

    /// <inheritdoc/>
    public override bool IsExact => radii.IsEmpty;

    /// <inheritdoc/>
    public override int Row(int row, Span<int> columns, Span<double> entries, Span<double> entryRadii)
    {
        int first = row / outputs * inputs, from = row % outputs * inputs, count = 0;
        ReadOnlySpan<double> w = weights.Span.Slice(from, inputs), r = radii.IsEmpty ? default : radii.Span.Slice(from, inputs);
        for (int j = 0; j < w.Length; j++)
        {
            double radius = r.IsEmpty ? 0 : r[j];
            if (w[j] == 0 && radius == 0)
                continue;
            (columns[count], entries[count], entryRadii[count]) = (first + j, w[j], radius);
            count++;
        }

        return count;
    }

    /// <inheritdoc/>
    public override void Append(GraphHash hash)
    {
        hash.Append("matrix");
        hash.Append(outputs, inputs, vectors, radii.Length);
        hash.Append(weights.Span);
        hash.Append(radii.Span);
    }
}
