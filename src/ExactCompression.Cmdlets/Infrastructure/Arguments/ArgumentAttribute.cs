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
