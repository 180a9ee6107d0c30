using System.Runtime.CompilerServices;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>Vectors over a window of positions, and over all positions.</summary>
internal static class WindowElements
{
    /// <summary>Copies the elements of a window.</summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <param name="whole">A vector over all positions.</param>
    /// <param name="shape">Its arrangement.</param>
    /// <param name="window">The window.</param>
    /// <param name="part">Receives the elements, row-major.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<T>(ReadOnlySpan<T> whole, MapShape shape, Window window, Span<T> part)
    {
        int width = window.Width, at = 0;
        for (int c = 0; c < shape.Channels; c++)
        {
            int from = shape.IndexOf(c, window.Top, window.Left);
            for (int h = 0; h < window.Height; h++, from += shape.Width, at += width)
            {
                for (int w = 0; w < width; w++)
                    part[at + w] = whole[from + w];
            }
        }
    }

    /// <summary>Copies elements to their places in a vector over all positions.</summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <param name="part">The elements of a window, row-major.</param>
    /// <param name="shape">Arrangement of the vector.</param>
    /// <param name="window">The window.</param>
    /// <param name="whole">Receives the elements; others are not changed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter<T>(ReadOnlySpan<T> part, MapShape shape, Window window, Span<T> whole)
    {
        int width = window.Width, at = 0;
        for (int c = 0; c < shape.Channels; c++)
        {
            int to = shape.IndexOf(c, window.Top, window.Left);
            for (int h = 0; h < window.Height; h++, to += shape.Width, at += width)
            {
                for (int w = 0; w < width; w++)
                    whole[to + w] = part[at + w];
            }
        }
    }

    /// <summary>The place of an element in a vector over a window; -1 where it lies outside.</summary>
    /// <param name="element">The element's place in a vector over all positions.</param>
    /// <param name="shape">Arrangement of that vector.</param>
    /// <param name="window">The window.</param>
    public static int PlaceOf(int element, MapShape shape, Window window)
    {
        (int channel, int place) = Math.DivRem(element, shape.Plane);
        (int row, int column) = Math.DivRem(place, shape.Width);
        row -= window.Top;
        column -= window.Left;
        return (uint)row < (uint)window.Height && (uint)column < (uint)window.Width
            ? (((channel * window.Height) + row) * window.Width) + column
            : -1;
    }

    /// <summary>The place in a vector over all positions of an element of a window.</summary>
    /// <param name="place">The element's place in a vector over the window.</param>
    /// <param name="shape">Arrangement of all positions.</param>
    /// <param name="window">The window.</param>
    public static int ElementAt(int place, MapShape shape, Window window)
    {
        (int channel, int at) = Math.DivRem(place, window.Plane);
        (int row, int column) = Math.DivRem(at, window.Width);
        return shape.IndexOf(channel, window.Top + row, window.Left + column);
    }
}
