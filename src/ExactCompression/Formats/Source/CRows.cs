using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>
/// A matrix in C, row by row. Where that is smaller, a row is stored as its weights other than 0 and their columns, and an array says how
/// many weights each row has: as many as there are columns where it is stored whole.
/// </summary>
internal sealed class CRows : CTerm
{
    private readonly ILinearMap map;
    private readonly int[] counts;
    private readonly bool isWhole;

    /// <summary>Chooses how rows are stored.</summary>
    /// <param name="map">The matrix.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="number">What tells its arrays from those of other terms.</param>
    /// <param name="arrays">Writes arrays.</param>
    public CRows(ILinearMap map, string function, string number, CArrays arrays)
        : base(map, function, number, arrays)
    {
        this.map = map;
        counts = new int[Outputs];
        long bytes = 0;
        var row = new SparseRow();
        for (int i = 0; i < Outputs; i++)
        {
            map.ReadRow(i, row);
            int nonZero = row.Weights.Length - row.Weights.Count(0.0);
            long whole = (long)Inputs * arrays.RealSize, sparse = (long)nonZero * (arrays.RealSize + CArrays.IndexSize(Inputs - 1));
            counts[i] = sparse < whole ? nonZero : Inputs;
            bytes += Math.Min(sparse, whole) + CArrays.IndexSize(Inputs);
        }

        IsZero = Array.TrueForAll(counts, static n => n == 0);
        isWhole = bytes >= (long)Outputs * Inputs * arrays.RealSize;
    }

    /// <inheritdoc/>
    public override bool IsZero { get; }

    private bool HasSparse => Array.Exists(counts, n => n > 0 && n < Inputs);

    /// <inheritdoc/>
    public override void WriteArrays()
    {
        if (IsZero)
            return;
        var weights = new List<double>();
        var columns = new List<int>();
        var row = new SparseRow();
        var dense = new double[Inputs];
        for (int i = 0; i < Outputs; i++)
        {
            map.ReadRow(i, row);
            if (isWhole || counts[i] == Inputs)
            {
                Array.Clear(dense);
                for (int k = 0; k < row.Count; k++)
                    dense[row.Columns[k]] = row.Weights[k];
                weights.AddRange(dense);
                continue;
            }

            for (int k = 0; k < row.Count; k++)
            {
                if (row.Weights[k] == 0)
                    continue;
                weights.Add(row.Weights[k]);
                columns.Add(row.Columns[k]);
            }
        }

        Arrays.Write($"w{Number}", weights);
        if (isWhole)
            return;
        if (HasSparse)
            Arrays.Write($"c{Number}", Inputs - 1, columns);
        Arrays.Write($"n{Number}", Inputs, counts);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Loops(string begin, string end)
    {
        string rows = Outputs.ToString(CultureInfo.InvariantCulture), width = Inputs.ToString(CultureInfo.InvariantCulture);
        string real = Arrays.Real, loop = $"for (int i = 0; i < {rows}; i++) {{";
        if (IsZero)
            return [loop, $"    const {real} z = {begin};", $"    y[i] = {end};", "}"];
        if (isWhole)
            return
            [
                $"const {real} *w = {Name('w')};", loop, $"    {real} z = {begin};", $"    for (int j = 0; j < {width}; j++)",
                "        z += *w++ * x[j];", $"    y[i] = {end};", "}",
            ];
        string[] sparse =
        [
            $"    if (n == {width}) {{", "        for (int j = 0; j < n; j++)", "            z += *w++ * x[j];", "    } else {",
            "        for (int j = 0; j < n; j++)", "            z += *w++ * x[*c++];", "    }",
        ];
        return
        [
            $"const {real} *w = {Name('w')};",
            .. HasSparse ? [$"const {CArrays.IndexType(Inputs - 1)} *c = {Name('c')};"] : Array.Empty<string>(),
            loop, $"    const int n = {Name('n')}[i];", $"    {real} z = {begin};",
            .. HasSparse ? sparse : ["    for (int j = 0; j < n; j++)", "        z += *w++ * x[j];"],
            $"    y[i] = {end};", "}",
        ];
    }
}
