using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// The window of every value that holds all that a window of neurons depends on, and the lines of the layers within these windows. Reused
/// for one window after another, on one thread.
/// </summary>
internal sealed class WindowPlan
{
    private readonly BackwardPaths paths;
    private readonly Window[] windows;
    private readonly LayerLines[] lines;
    private readonly LayerLines?[] gathered;
    private readonly double[] lower;
    private readonly double[] upper;
    private Window planned;

    /// <summary>Starts without a window.</summary>
    /// <param name="paths">What the neurons' layer depends on.</param>
    public WindowPlan(BackwardPaths paths)
    {
        this.paths = paths;
        int layers = paths.Layers.Length;
        windows = new Window[layers + 1];
        lines = new LayerLines[layers];
        gathered = new LayerLines?[layers];
        lower = new double[paths.Lower.Length];
        upper = new double[paths.Upper.Length];
        Lower = Upper = [];
        Offsets = new int[layers + 1];
    }

    /// <summary>Where the units of each layer's window begin among those of all windows; and last, their number.</summary>
    public int[] Offsets { get; }

    /// <summary>Lower ends of the box in the input's window, with padding.</summary>
    public double[] Lower { get; private set; }

    /// <summary>Upper ends of the box in the input's window, with padding.</summary>
    public double[] Upper { get; private set; }

    /// <summary>Whether any element of a value's window is reached.</summary>
    /// <param name="value">0 for the input, else a layer's 1-based place.</param>
    public bool IsReached(int value) => !windows[value].IsEmpty;

    /// <summary>The window of a value.</summary>
    /// <param name="value">The value.</param>
    public Window WindowOf(int value) => windows[value];

    /// <summary>Number of elements of a value's window.</summary>
    /// <param name="value">The value.</param>
    public int CountOf(int value) => windows[value].IsEmpty ? 0 : windows[value].CountIn(paths.ShapeOf(value));

    /// <summary>The lines of a layer over its window.</summary>
    /// <param name="layer">0-based layer, which is reached.</param>
    public LayerLines LinesOf(int layer) => lines[layer];

    /// <summary>Finds a rectifier in the windows.</summary>
    /// <param name="rectifier">Its index over the units of all layers below.</param>
    /// <returns>Its 0-based layer, and its place among the units of all windows, -1 where it lies outside of them.</returns>
    public (int Layer, int Place) Find(int rectifier)
    {
        int l = 0;
        while (rectifier >= paths.Offsets[l + 1])
            l++;
        if (!IsReached(l + 1))
            return (l, -1);
        int place = WindowElements.PlaceOf(rectifier - paths.Offsets[l], paths.ShapeOf(l + 1), windows[l + 1]);
        return (l, place < 0 ? -1 : Offsets[l] + place);
    }

    /// <summary>The index over the units of all layers below of a rectifier in the windows.</summary>
    /// <param name="place">Its place among the units of all windows.</param>
    public int RectifierAt(int place)
    {
        int l = 0;
        while (place >= Offsets[l + 1])
            l++;
        return paths.Offsets[l] + WindowElements.ElementAt(place - Offsets[l], paths.ShapeOf(l + 1), windows[l + 1]);
    }

    /// <summary>Plans the windows below one of the neurons' layer.</summary>
    /// <param name="window">The window, not empty.</param>
    public void Prepare(Window window)
    {
        if (window == planned)
            return;
        planned = window;
        Array.Clear(windows);
        Extend(paths.Start, window);
        for (int l = paths.Layers.Length - 1; l >= 0; l--)
        {
            if (!windows[l + 1].IsEmpty)
                Extend(paths.Layers[l].Layer, windows[l + 1] = BackwardPaths.Held(paths.Layers[l].Layer, windows[l + 1]));
        }

        for (int l = 0; l < lines.Length; l++)
        {
            LayerRelaxation relaxation = paths.Layers[l];
            Offsets[l + 1] = Offsets[l] + (relaxation.Layer.IsLinear ? 0 : CountOf(l + 1));
            if (IsReached(l + 1))
                lines[l] = LinesIn(l, relaxation);
        }

        MapShape input = paths.ShapeOf(0);
        (Lower, Upper) = (paths.Lower, paths.Upper);
        if (windows[0].IsWhole(input))
            return;
        WindowElements.Gather<double>(paths.Lower, input, windows[0], lower);
        WindowElements.Gather<double>(paths.Upper, input, windows[0], upper);
        (Lower, Upper) = (lower, upper);
    }

    private void Extend(LoweredLayer layer, Window window)
    {
        foreach (LinearTerm term in layer.Terms)
            windows[term.Source] = windows[term.Source].Union(paths.Below(term, window, layer.Shape));
    }

    private LayerLines LinesIn(int l, LayerRelaxation relaxation)
    {
        LoweredLayer layer = relaxation.Layer;
        if (windows[l + 1].IsWhole(layer.Shape))
            return relaxation.Lines;
        int count = CountOf(l + 1);
        if (gathered[l] is not { } own || own.Capacity < count)
            gathered[l] = own = new(layer.Unit, count);
        own.Gather(relaxation.Lines, layer.Shape, windows[l + 1]);
        return own;
    }
}
