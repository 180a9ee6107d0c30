using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Internal;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Converts what a parameter is given, and refuses <c>$null</c>: a variable whose name is misspelt has this value. PowerShell would take it
/// as if the parameter had been left out, or as 0.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class ArgumentAttribute : ArgumentTransformationAttribute
{
    /// <summary>What to do about an empty value.</summary>
    private protected virtual string Advice => "Give a value, or leave it out.";

    /// <inheritdoc/>
    public sealed override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = Unwrapped(inputData);
        if (IsNull(value))
            throw new ArgumentTransformationMetadataException(
                $"It is given, but empty ($null), as is a variable whose name is misspelt. {Advice}");
        if (value is IList list and not byte[])
        {
            int empty = list.Cast<object?>().TakeWhile(static item => !IsNull(Unwrapped(item))).Count();
            if (empty < list.Count)
                throw new ArgumentTransformationMetadataException(
                    FormattableString.Invariant($"Value {empty + 1} of {list.Count} is empty ($null), as is a variable whose name is ")
                        + $"misspelt. {Advice}");
        }

        return Bound(engineIntrinsics, inputData!);
    }

    /// <summary>The value to bind.</summary>
    /// <param name="engineIntrinsics">The engine.</param>
    /// <param name="inputData">What is given; neither null nor a list that contains null.</param>
    private protected abstract object? Bound(EngineIntrinsics engineIntrinsics, object inputData);

    private static object? Unwrapped(object? value) =>
        value is PSObject wrapped && value != AutomationNull.Value ? wrapped.BaseObject : value;

    private static bool IsNull(object? value) => value is null || value == AutomationNull.Value;
}

/// <summary>Takes any value but <c>$null</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RefuseNullAttribute : ArgumentAttribute
{
    private protected override object? Bound(EngineIntrinsics engineIntrinsics, object inputData) => inputData;
}

/// <summary>
/// Takes numbers, and text that states one with a decimal point. PowerShell would skip the comma of <c>'0,5'</c>, and read 5.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumberAttribute : ArgumentAttribute
{
    /// <summary>Refuses text with a comma.</summary>
    /// <param name="given">A number, or its text; wrapped or not.</param>
    internal static void RefuseComma(object? given)
    {
        if ((given is PSObject wrapped ? wrapped.BaseObject : given) is string text && text.Contains(',', StringComparison.Ordinal))
            throw new ArgumentTransformationMetadataException(
                $"'{PrintableText.Of(text)}' has a comma. Numbers have a decimal point, as in 0.5; the numbers of a list are given without "
                    + "quotation marks, as in 0, 5.");
    }

    private protected override object? Bound(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IList list)
        {
            foreach (object? item in list)
                RefuseComma(item);
        }

        RefuseComma(inputData);
        return inputData;
    }
}
