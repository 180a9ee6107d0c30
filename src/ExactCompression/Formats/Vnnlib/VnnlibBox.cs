using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Exact ranges of some inputs: a box that may be unbounded, or empty.</summary>
internal sealed class VnnlibBox
{
    /// <summary>Everything.</summary>
    public static VnnlibBox All { get; } = new([], false);

    /// <summary>Nothing.</summary>
    public static VnnlibBox Nothing { get; } = new([], true);

    private readonly Dictionary<int, (ExactRational? Lower, ExactRational? Upper)> ends;

    private VnnlibBox(Dictionary<int, (ExactRational? Lower, ExactRational? Upper)> ends, bool isEmpty) =>
        (this.ends, IsEmpty) = (ends, isEmpty);

    /// <summary>Whether no input lies in it.</summary>
    public bool IsEmpty { get; }

    /// <summary>Number of inputs that it bounds.</summary>
    public int Bounded => ends.Count;

    /// <summary>Whether an input has a single value in it.</summary>
    public bool IsFlat => ends.Values.Any(static e => e is { Lower: { } low, Upper: { } high } && low.CompareTo(high) == 0);

    /// <summary>Where one input alone is bounded.</summary>
    /// <param name="input">Its number.</param>
    /// <param name="lower">The lower end, or null.</param>
    /// <param name="upper">The upper end, or null.</param>
    public static VnnlibBox Of(int input, ExactRational? lower, ExactRational? upper) => new(new() { [input] = (lower, upper) }, false);

    /// <summary>The ends of an input; null where there is none.</summary>
    /// <param name="input">Its number.</param>
    public (ExactRational? Lower, ExactRational? Upper) EndsOf(int input) => ends.GetValueOrDefault(input);

    /// <summary>What lies in all of some boxes.</summary>
    /// <param name="boxes">The boxes.</param>
    public static VnnlibBox Intersection(IEnumerable<VnnlibBox> boxes)
    {
        var ends = new Dictionary<int, (ExactRational? Lower, ExactRational? Upper)>();
        bool isEmpty = false;
        foreach (VnnlibBox box in boxes)
        {
            isEmpty |= box.IsEmpty;
            foreach ((int input, (ExactRational? lower, ExactRational? upper)) in box.ends)
            {
                (ExactRational? low, ExactRational? high) = ends.GetValueOrDefault(input);
                low = low is { } a && lower is { } b ? a.CompareTo(b) >= 0 ? a : b : low ?? lower;
                high = high is { } c && upper is { } d ? c.CompareTo(d) <= 0 ? c : d : high ?? upper;
                ends[input] = (low, high);
                isEmpty |= low is { } from && high is { } to && from.CompareTo(to) > 0;
            }
        }

        return isEmpty ? Nothing : new(ends, false);
    }

    /// <summary>The smallest box that holds some boxes.</summary>
    /// <param name="boxes">The boxes.</param>
    public static VnnlibBox Hull(IReadOnlyList<VnnlibBox> boxes)
    {
        VnnlibBox[] filled = [.. boxes.Where(static b => !b.IsEmpty)];
        if (filled.Length == 0)
            return Nothing;
        var ends = new Dictionary<int, (ExactRational? Lower, ExactRational? Upper)>(filled[0].ends);
        foreach (VnnlibBox box in filled.AsSpan(1))
        {
            foreach (int input in ends.Keys)
            {
                (ExactRational? low, ExactRational? high) = ends[input];
                (ExactRational? lower, ExactRational? upper) = box.EndsOf(input);
                low = low is { } a && lower is { } b ? a.CompareTo(b) <= 0 ? a : b : null;
                high = high is { } c && upper is { } d ? c.CompareTo(d) >= 0 ? c : d : null;
                if (low is null && high is null)
                    ends.Remove(input);
                else
                    ends[input] = (low, high);
            }
        }

        return new(ends, false);
    }

    /// <summary>Whether it is the same set as another.</summary>
    /// <param name="other">Another box.</param>
    public bool IsSame(VnnlibBox other) => IsEmpty == other.IsEmpty && ends.Count == other.ends.Count && ends.All(
        pair => other.ends.TryGetValue(pair.Key, out (ExactRational? Lower, ExactRational? Upper) ends)
            && AreSame(pair.Value.Lower, ends.Lower) && AreSame(pair.Value.Upper, ends.Upper));

    private static bool AreSame(ExactRational? one, ExactRational? other) =>
        one is { } a && other is { } b ? a.CompareTo(b) == 0 : one is null && other is null;
}
