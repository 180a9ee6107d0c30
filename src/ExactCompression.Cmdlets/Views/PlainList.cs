using System.Collections.ObjectModel;
using System.Runtime.InteropServices;

namespace ExactCompression.Cmdlets.Views;

/// <summary>Numbers as PowerShell expects a list: it indexes, enumerates and counts, and can't be changed. Nothing is copied.</summary>
/// <typeparam name="T">Type of the numbers.</typeparam>
public sealed class PlainList<T> : ReadOnlyCollection<T>
    where T : struct
{
    private readonly ReadOnlyMemory<T> numbers;

    internal PlainList(ReadOnlyMemory<T> numbers)
        : base(MemoryMarshal.TryGetArray(numbers, out ArraySegment<T> segment) ? segment : numbers.ToArray()) => this.numbers = numbers;

    /// <summary>How many there are, by the name that arrays have for it.</summary>
    public int Length => Count;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>A part of them.</summary>
    /// <param name="start">0-based first number.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public PlainList<T> Slice(int start, int length) => new(numbers.Slice(start, length));

    /// <summary>A copy as an array.</summary>
    public T[] ToArray() => numbers.ToArray();

    /// <summary>How many there are: what a cell of a CSV says, which would otherwise name the type.</summary>
    public override string ToString() => Count == 1 ? "1 value" : $"{Units.Count(Count)} values";
}
