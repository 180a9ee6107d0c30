using System.Runtime.CompilerServices;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// A coefficient for each element of a value, of which few are other than 0: those that something was added to are listed, so that the
/// others need not be looked at.
/// </summary>
/// <param name="size">Number of elements.</param>
internal sealed class SparseRow(int size)
{
    private readonly double[] numbers = new double[size];
    private readonly bool[] isListed = new bool[size];
    private readonly int[] listed = new int[size];
    private int count;

    /// <summary>The elements that something was added to, in that order; the coefficients of some may be 0.</summary>
    public ReadOnlySpan<int> Elements => listed.AsSpan(0, count);

    /// <summary>The coefficient of an element.</summary>
    public double this[int element] => numbers[element];

    /// <summary>Adds to a coefficient.</summary>
    /// <param name="element">The element.</param>
    /// <param name="number">What to add.</param>
    public void Add(int element, double number)
    {
        List(element);
        numbers[element] += number;
    }

    /// <summary>Adds multiples of numbers to coefficients.</summary>
    /// <param name="elements">The elements, each once.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="weights">A number for each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<int> elements, double factor, ReadOnlySpan<double> weights)
    {
        double[] row = numbers;
        for (int k = 0; k < elements.Length; k++)
        {
            int element = elements[k];
            List(element);
            row[element] += factor * weights[k];
        }
    }

    /// <summary>Takes a coefficient out.</summary>
    /// <param name="element">The element.</param>
    public double Take(int element)
    {
        double number = numbers[element];
        numbers[element] = 0;
        return number;
    }

    /// <summary>Makes all coefficients 0.</summary>
    public void Clear()
    {
        foreach (int element in Elements)
            (numbers[element], isListed[element]) = (0, false);
        count = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void List(int element)
    {
        if (isListed[element])
            return;
        isListed[element] = true;
        listed[count++] = element;
    }
}
