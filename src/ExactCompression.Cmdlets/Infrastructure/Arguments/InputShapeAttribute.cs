using System.Collections;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Takes a shape, as numbers, or shapes of several inputs, as a hashtable.</summary>
/// <remarks>What comes out is an array of integers, or a dictionary of such.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InputShapeAttribute : ArgumentAttribute
{
    private protected override object? Bound(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not IDictionary table)
            return Sizes(value);
        if (table.Count == 0)
            throw new ArgumentTransformationMetadataException("The hashtable is empty: give names of inputs and shapes, @{ x = 1,28,28 }.");
        var named = new Dictionary<string, int[]>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
            named[$"{entry.Key}"] = Sizes(entry.Value);
        return named;
    }

    private static int[] Sizes(object? value)
    {
        int[] sizes = LanguagePrimitives.TryConvertTo(value, out int[] found) && found is not null ? found : [];
        return sizes.Length > 0 && Array.TrueForAll(sizes, static s => s > 0)
            ? sizes
            : throw new ArgumentTransformationMetadataException(
                $"'{LanguagePrimitives.ConvertTo<string>(value)}' is no shape: give integers from 1 on, such as 1,28,28.");
    }
}
