namespace ExactCompression.Numerics;

/// <summary>
/// What the targets of a few rows are sums of. Those that meet the same weights, each at its own point, form a class; a target may have
/// sums in several classes. Elements have the channels of a position side by side, or are read as they lie, channel after channel.
/// </summary>
internal sealed class PointSums
{
    private readonly List<PointRun> runList = [];
    private readonly List<PointClass> classList = [];
    private readonly PointRun[] runs;

    private PointSums(
        List<AxisClass> rowClasses,
        List<AxisClass> columnClasses,
        BatchWindows windows,
        PointStrides strides,
        int depth,
        int width,
        int taps)
    {
        (Rows, Step) = (windows.Rows, strides.Channel);
        int count = 0;
        foreach (AxisClass row in rowClasses)
        {
            foreach (AxisClass column in columnClasses)
                count += (Rows * row.Sums.Count * column.Sums.Count) + PointTiles.Most - 1;
        }

        (Sources, Targets, count) = (new int[count], new int[count], 0);
        foreach (AxisClass row in rowClasses)
        {
            foreach (AxisClass column in columnClasses)
            {
                int first = count, run = runList.Count;
                AddRuns(row.Runs, column.Runs, windows.Horizontal.Length, strides.Place, depth, taps);
                for (int r = 0; r < Rows; r++)
                {
                    foreach ((int y, int top) in row.Sums)
                    {
                        int source = (r * strides.Row) + (top * windows.Horizontal.Length * strides.Place);
                        int target = ((r * windows.Vertical.Targets) + y) * windows.Horizontal.Targets;
                        foreach ((int x, int left) in column.Sums)
                            (Sources[count], Targets[count++]) = (source + (left * strides.Place), (target + x) * width);
                    }
                }

                classList.Add(new(first, count - first, run, runList.Count - run));

                // A tile that is not full computes its last target more than once.
                Sources.AsSpan(count, PointTiles.Most - 1).Fill(Sources[count - 1]);
                Targets.AsSpan(count, PointTiles.Most - 1).Fill(Targets[count - 1]);
                count += PointTiles.Most - 1;
            }
        }

        (runs, Classes) = ([.. runList], [.. classList]);
    }

    /// <summary>Rows of the batch.</summary>
    public int Rows { get; }

    /// <summary>The classes.</summary>
    public PointClass[] Classes { get; }

    /// <summary>From one element that a run meets to the next.</summary>
    public int Step { get; }

    /// <summary>For each sum, where the first of the elements that it meets stands.</summary>
    public int[] Sources { get; }

    /// <summary>For each sum, where its target stands.</summary>
    public int[] Targets { get; }

    /// <summary>Finds what is quickest: a target's sum as a whole, or for each row or column of the kernel apart, or both.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="weights">The convolution's weights.</param>
    /// <param name="windows">The rows and windows.</param>
    /// <param name="strides">How elements lie.</param>
    public static PointSums Of<T>(ConvolutionWeights<T> weights, BatchWindows windows, PointStrides strides)
        where T : unmanaged
    {
        var rowTable = new AxisTable(weights.RowAxis, weights.RowOrder, windows.Vertical, merge: false);
        var columnTable = new AxisTable(weights.ColumnAxis, weights.ColumnOrder, windows.Horizontal, merge: strides.Channel == 1);
        List<AxisClass>[] ofRows = [AxisClass.Find(rowTable, apart: false), AxisClass.Find(rowTable, apart: true)];
        List<AxisClass>[] ofColumns = [AxisClass.Find(columnTable, apart: false), AxisClass.Find(columnTable, apart: true)];
        (List<AxisClass> Rows, List<AxisClass> Columns) best = (ofRows[0], ofColumns[0]);
        double least = double.PositiveInfinity;
        foreach (List<AxisClass> rows in ofRows)
        {
            foreach (List<AxisClass> columns in ofColumns)
            {
                double time = TimeOf(rows, columns, windows.Rows, weights.Sources);
                if (time < least)
                    (least, best) = (time, (rows, columns));
            }
        }

        return new(
            best.Rows, best.Columns, windows, strides, weights.Sources, weights.PaddedTargets, weights.ColumnAxis.Taps);
    }

    /// <summary>What each sum of a class meets.</summary>
    /// <param name="alike">The class.</param>
    public ReadOnlySpan<PointRun> RunsOf(PointClass alike) => runs.AsSpan(alike.FirstRun, alike.RunCount);

    private void AddRuns(AxisRun[] rows, AxisRun[] columns, int width, int place, int depth, int taps)
    {
        foreach (AxisRun row in rows)
        {
            foreach (AxisRun column in columns)
            {
                int source = ((row.Source - rows[0].Source) * width) + column.Source - columns[0].Source;
                runList.Add(new(source * place, ((row.Tap * taps) + column.Tap) * depth, column.Count * depth));
            }
        }
    }

    /// <summary>An estimate of the time that classes of sums take, in multiply-adds of a target.</summary>
    private static double TimeOf(List<AxisClass> rowClasses, List<AxisClass> columnClasses, int rows, int depth)
    {
        double time = 0;
        foreach (AxisClass column in columnClasses)
        {
            int met = 0;
            foreach (AxisRun run in column.Runs)
                met += run.Count;
            foreach (AxisClass row in rowClasses)
            {
                int places = PointTiles.PlacesOf(rows * row.Sums.Count * column.Sums.Count);
                time += places * ((row.Runs.Length * (((double)met * depth) + column.Runs.Length)) + PointTiles.Begun);
            }
        }

        return time;
    }
}
