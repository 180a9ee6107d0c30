using System.Collections;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace ExactCompression.Host.Commands;

/// <summary>
/// A property parameter: a name (possibly with wildcards), a script block, or a hashtable with a name and an expression.
/// </summary>
internal sealed class PropertyColumn
{
    private readonly PSPropertyExpression expression;

    private PropertyColumn(PSPropertyExpression expression, string? label, bool? descending)
    {
        this.expression = expression;
        Label = label;
        Descending = descending;
    }

    /// <summary>The requested name, or null for that of the property.</summary>
    public string? Label { get; }

    /// <summary>The requested direction, or null.</summary>
    public bool? Descending { get; }

    /// <summary>Reads what the user gave.</summary>
    /// <exception cref="PSArgumentException">It is none of the three, or the hashtable has an unknown key.</exception>
    public static PropertyColumn From(object given)
    {
        object value = given is PSObject wrapped ? wrapped.BaseObject : given;
        if (value is not IDictionary table)
            return new(Expression(value), null, null);
        PSPropertyExpression? expression = null;
        string? label = null;
        bool? descending = null;
        foreach (DictionaryEntry entry in table)
        {
            string key = entry.Key.ToString()!.ToLowerInvariant();
            switch (key)
            {
                case "name" or "n" or "label" or "l":
                    label = entry.Value?.ToString();
                    break;
                case "expression" or "e":
                    expression = Expression(entry.Value is PSObject inner ? inner.BaseObject : entry.Value);
                    break;
                case "descending":
                    descending = LanguagePrimitives.IsTrue(entry.Value);
                    break;
                case "ascending":
                    descending = !LanguagePrimitives.IsTrue(entry.Value);
                    break;
                default:
                    throw new PSArgumentException($"A property has no key '{entry.Key}': use Name, Expression, Ascending or Descending.");
            }
        }

        return new(expression ?? throw new PSArgumentException("A property given as a hashtable needs an Expression."), label, descending);
    }

    /// <summary>All properties given.</summary>
    public static PropertyColumn[] FromAll(object[]? given) => [.. (given ?? []).Select(From)];

    /// <summary>Names and values on one object; wildcards give several, a missing property none.</summary>
    public IEnumerable<(string Name, object? Value)> Read(PSObject source)
    {
        foreach (PSPropertyExpressionResult result in expression.GetValues(source))
            yield return (Label ?? result.ResolvedExpression.ToString(), result.Exception is null ? result.Result : null);
    }

    /// <summary>The first value on one object, or null.</summary>
    public object? First(PSObject source) => Read(source).Select(static pair => pair.Value).FirstOrDefault();

    /// <summary>The name, for an object that lacks the property.</summary>
    public string Name => Label ?? expression.ToString();

    /// <summary>Whether the name is a pattern.</summary>
    public bool HasWildcards => expression.HasWildCardCharacters;

    private static PSPropertyExpression Expression(object? value) => value switch
    {
        ScriptBlock block => new(block),
        string name => new(name),
        null => throw new PSArgumentException("A property must not be null."),
        _ => new(value.ToString()),
    };
}
